-- 照会番号 that computers register with the centre: each is sent by one of them. No insurance.

CREATE TABLE registration (
    mark text PRIMARY KEY,            -- of the insurance: a hash with the site's key
    reference text NOT NULL,          -- 照会番号
    copy uuid NOT NULL,               -- of the map, at the computer that sends it
    is_done boolean NOT NULL,         -- the centre knows it
    at timestamptz NOT NULL DEFAULT now()
);
