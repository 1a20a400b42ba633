"""The patient screen: what a desk's Screen means to the patient, as pages.

    states.py     which of its states a Screen is
    pages.py      the page, and what it shows

Templates: ../templates/patient. Modules of the page: ../static/patient.
"""
