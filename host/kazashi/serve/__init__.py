"""`kazashi serve`: the screens of a reception, and its interface for programs.

Data flows one way: a desk's thread runs the engine on its reader; what the desk shows is a Screen;
each Screen is an event; browsers and programs follow events, and send answers back to the desk.

    screen.py     what a desk shows at a moment
    display.py    its Screen, and the people who answer there: the engine's `People`
    next_visit.py the visit that a desk is to begin with
    equipment.py  what a desk works with; site_settings.py, what all desks have in common
    desk.py       one reader, one patient after the other, in a thread
    under_way.py  visits under way, so that a killed service tells which it broke off
    service.py    all desks
    events.py     what happened, in order, for those who follow
    held.py       people held until the centre can be asked
    reader_search.py  tap the reader you want here; assigned.py keeps whose it is
    access.py     who may do what
    patient/, staff/  the screens
    app.py        HTTP
"""
