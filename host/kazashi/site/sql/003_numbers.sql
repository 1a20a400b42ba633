-- The clinic's own numbers: the map that the copies of all computers follow. No medical data.

CREATE TABLE numbers (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    key_mark text NOT NULL,           -- of the key by which certificates are hashed
    serial bigint NOT NULL DEFAULT 0  -- of the newest tie; its row is locked while ties are written
);

CREATE TABLE numbers_copy (
    id uuid PRIMARY KEY,
    computer text NOT NULL,           -- its name, as configured
    cursor bigint NOT NULL,           -- it has the ties up to this one
    at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE tie (
    kind text NOT NULL,               -- certificate, reference, expected
    name text NOT NULL,               -- the certificate's mark, 照会番号, number
    value text NOT NULL,              -- a number; what is expected
    history text NOT NULL,            -- ids of changes, its own first
    told json NOT NULL,               -- by whom, when
    claims json NOT NULL,             -- what others say: the staff are to decide
    serial bigint NOT NULL UNIQUE,    -- in the order of commits
    PRIMARY KEY (kind, name)
);
