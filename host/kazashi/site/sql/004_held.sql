-- People held until the centre can be asked: any computer of the site may, by a claim.

CREATE TABLE held (
    journal uuid NOT NULL,
    visit bigint NOT NULL,            -- its number in that journal
    held_at timestamptz,
    is_test boolean,
    person json,                      -- null once the centre has answered, until its computer saw it
    claim text,                       -- of the one who asks now
    claimed_at timestamptz,
    PRIMARY KEY (journal, visit)
);
