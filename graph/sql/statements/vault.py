"""Statements on erasable texts and salts."""

from sqlalchemy import bindparam, delete, select

from graph.sql.connection import Prepared
from graph.sql.statements.upsert import insert_missing, insert_new
from graph.sql.tables import VAULT_SALT, VAULT_TEXT

PUT_TEXT = Prepared(insert_new(VAULT_TEXT))
FIND_TEXT = Prepared(select(VAULT_TEXT.c.text).where(VAULT_TEXT.c.ref == bindparam("ref")))
ERASE_TEXT = Prepared(delete(VAULT_TEXT).where(VAULT_TEXT.c.ref == bindparam("ref")))
ERASE_ABOUT = Prepared(delete(VAULT_TEXT).where(VAULT_TEXT.c.about == bindparam("about")))

ADD_SALT = Prepared(insert_missing(VAULT_SALT))
FIND_SALT = Prepared(select(VAULT_SALT.c.salt).where(VAULT_SALT.c.scope == bindparam("scope")))
ERASE_SALT = Prepared(delete(VAULT_SALT).where(VAULT_SALT.c.scope == bindparam("scope")))
