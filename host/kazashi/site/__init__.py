"""The site's database, PostgreSQL: what the journals of many desks kept, in one place.

Data flows one way: follower.py reads a journal and writes what the database lacks. A visit never
waits for it. line.py is the connection, with limits; schema.py brings sql/*.sql into the database,
in their order; entries.py writes; settings.py is the table [database] of the configuration.
"""
