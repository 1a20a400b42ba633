"""The clinic's own number of a patient (診察券番号), found by the same tap; no medical data.

The map knows a patient by 照会番号 (`ReferenceNumber` of the centre's answer) and by certificate,
as a keyed hash (marks.py). The staff alone tie a certificate to a number: cards are renewed.
`PatientNumbers` (patient.py) is what a visit needs of a map, `ClinicNumbers` (offers.py) what the
staff need; store.py has one in SQLite (file.py). What it knows are ties (ties.py), which may be
joined with those of other computers: copy.py is what a shared map needs of it.
"""
