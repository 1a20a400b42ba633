-- What the desks of each computer show now: of the staff's overview alone, nothing of a patient.

CREATE TABLE board (
    computer text NOT NULL,
    desk text NOT NULL,
    shown json NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),  -- its computer says every few seconds that it is there
    PRIMARY KEY (computer, desk)
);
