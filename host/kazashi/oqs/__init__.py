"""Files of オンライン資格確認 (OQS), by which reception computers and the centre's terminal speak.

Read from bytes to meaning: encoding.py (bytes ↔ text), xml.py (text ↔ nodes), layout.py (nodes ↔
dataclasses), message.py and result.py (what stands in them), codes*.py (what codes mean). face.py
makes the face result, publish.py and outbox.py bring it into a folder, faces.py is what a reception
calls. exchange.py asks by pairs of files, ledger.py keeps what was asked; centre.py is the centre
behind them, register.py has it know 照会番号.

Source: the layouts are not published. Names, widths, order and codes follow public code that cites
別紙3-1 XMLレイアウト仕様 Ver8.07 and 別紙5-1 業務コード仕様; what is unconfirmed is marked [U].
"""
