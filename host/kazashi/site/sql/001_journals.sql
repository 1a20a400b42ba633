-- Copies of journals. A journal is the file of one computer, with one desk or several.

CREATE TABLE journal (
    id uuid PRIMARY KEY,
    desk text NOT NULL,               -- the computer's name, as configured
    last bigint NOT NULL DEFAULT 0,   -- sequence of the newest entry that is here
    written_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE visit (
    journal uuid NOT NULL REFERENCES journal,
    number bigint NOT NULL,           -- in its journal
    begun_at timestamptz NOT NULL,
    profile text NOT NULL,
    reader text NOT NULL,
    ended_at timestamptz,
    outcome text,                     -- null while it runs
    PRIMARY KEY (journal, number)
);
CREATE INDEX visit_begun ON visit (begun_at);
CREATE INDEX visit_open ON visit (journal) WHERE outcome IS NULL;

CREATE TABLE entry (
    journal uuid NOT NULL,
    sequence bigint NOT NULL,
    visit bigint NOT NULL,
    at timestamptz NOT NULL,
    name text NOT NULL,
    facts json NOT NULL,              -- not jsonb: what staff type may have U+0000
    PRIMARY KEY (journal, sequence),
    FOREIGN KEY (journal, visit) REFERENCES visit (journal, number)
);
CREATE INDEX entry_visit ON entry (journal, visit);
