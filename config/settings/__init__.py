"""Settings of the site, read from the environment (see .env.example); each module holds one subject."""

from config.settings.base import *
from config.settings.data import *
from config.settings.identity import *
from config.settings.queue import *
from config.settings.rest import *
from config.settings.security import *
from config.settings.staff import *
