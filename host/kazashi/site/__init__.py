"""The site's database, PostgreSQL: what the journals of many desks kept, in one place.

Data flows one way: follower.py reads a journal and writes what the database lacks. A visit never
waits for it. line.py is the connection, with limits; schema.py brings sql/*.sql into the database,
in their order; entries.py writes; trouble.py says what an error means to a person; look.py looks
once, for `kazashi doctor`; settings.py is the table [database] of the configuration.

board.py is apart from the journals: what desks show now, for the staff screens of all computers.
"""
