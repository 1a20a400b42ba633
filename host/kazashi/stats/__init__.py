"""Figures on the use of マイナ保険証: the ministry's rates, from journals and CSV files.

Ref: 厚生労働省, figures of December 2024, February 2025 and January 2026; 協会けんぽ, October 2024;
国診協, survey of December 2024.

    rates.py           the formulas
    counts.py          what is counted, and of whom; groups.py: their kinds and spellings
    figures.py         rates of groups, with mean, median and distribution of their sites
    csv_file.py        lines of a CSV file; the files: counts_file.py, sites_file.py
    journals.py        confirmations that journals kept

No name, number or hash of a person leaves this room: what comes out are counts.
"""
