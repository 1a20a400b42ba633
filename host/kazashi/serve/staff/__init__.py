"""The staff screen: all desks at a glance, and what only staff may do.

    overview.py    where the staff must act now; what a desk's card says
    elsewhere.py   desks of other computers of the site
    alerts.py      what else they should know
    work.py        what is done at one desk: questions to the staff, their forms
    path.py        where they stand on the way through the fall-backs
    ends.py        where a fall-back has led; the declaration on paper
    kept.py        what the journal says
    devices.py     readers, and their remedies
    slips.py       errors in the words of the page
    templates.py   the language of the page
    pages.py       the pages, HTML
    calls.py       calls of the interface

Scripts: static/staff*.js. They follow events, and fetch the page that is open again.
"""
