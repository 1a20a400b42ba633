"""The staff screen: all desks at a glance, and what only staff may do.

overview.py    who must act now; what a desk's card says
pages.py       the pages, HTML
work.py        what is done at one desk: questions to the staff, their forms
templates.py   templates, texts, the language of the page
"""
