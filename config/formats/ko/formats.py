"""Korean dates and times. Django's have the half of the day behind the hour (“1:53 오전”), where nobody writes it."""

DATETIME_FORMAT = "Y.n.j H:i"
SHORT_DATETIME_FORMAT = "Y.n.j H:i"
SHORT_DATE_FORMAT = "Y.n.j"
TIME_FORMAT = "H:i"
