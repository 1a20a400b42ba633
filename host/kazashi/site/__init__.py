"""The site's database, PostgreSQL: what the computers of many desks share, in one place.

database.py keeps one connection, on which parts take turns; a visit never waits for it. line.py is
the connection, with limits; schema.py brings sql/*.sql into the database, in their order;
trouble.py says what an error means to a person; look.py looks once, for `kazashi doctor`;
reached.py is a connection of a command's own; settings.py is the table [database] of the
configuration.

The parts: follower.py, what the journal kept (entries.py writes it); board.py, what desks show now,
for the staff screens of all computers; numbers.py, the clinic's own numbers (ties.py joins them);
elsewhere.py, people held at other computers. held.py claims them; people.py is there for one who
asks about them, on a connection of its own.
"""
