"""fastapi-users, as a stranger would set it up: a sign-in by form, e-mail addresses as user names.

/auth/jwt/*  JWT bearer tokens, stateless: a logout ends nothing on the server
/auth/db/*   opaque bearer tokens in a database: a logout ends them

Run with `uvicorn app:app`. DATABASE names the SQLite file, ACCESS_LIFETIME the tokens' life in seconds.
"""

import contextlib
import os
import uuid

from fastapi import Depends, FastAPI
from fastapi_users import BaseUserManager, FastAPIUsers, UUIDIDMixin, schemas
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy
from fastapi_users.authentication.strategy.db import DatabaseStrategy
from fastapi_users.exceptions import UserAlreadyExists
from fastapi_users_db_sqlalchemy import SQLAlchemyBaseUserTableUUID, SQLAlchemyUserDatabase
from fastapi_users_db_sqlalchemy.access_token import SQLAlchemyAccessTokenDatabase, SQLAlchemyBaseAccessTokenTableUUID
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

EMAIL, PASSWORD = "ana@example.com", "s3cret-Pa55"
SECRET = "for-tests-of-compatibility-only-" + "fastapi-users"
LIFETIME = int(os.environ.get("ACCESS_LIFETIME", "3600"))


class Base(DeclarativeBase):
    pass


class User(SQLAlchemyBaseUserTableUUID, Base):
    pass


class AccessToken(SQLAlchemyBaseAccessTokenTableUUID, Base):
    pass


class UserRead(schemas.BaseUser[uuid.UUID]):
    pass


class UserCreate(schemas.BaseUserCreate):
    pass


class UserUpdate(schemas.BaseUserUpdate):
    pass


class Manager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
    reset_password_token_secret = SECRET
    verification_token_secret = SECRET


engine = create_async_engine("sqlite+aiosqlite:///" + os.environ.get("DATABASE", "fastapi-users.sqlite"))
sessions = async_sessionmaker(engine, expire_on_commit=False)


async def session():
    async with sessions() as opened:
        yield opened


async def users(opened: AsyncSession = Depends(session)):
    yield SQLAlchemyUserDatabase(opened, User)


async def tokens(opened: AsyncSession = Depends(session)):
    yield SQLAlchemyAccessTokenDatabase(opened, AccessToken)


async def manager(database=Depends(users)):
    yield Manager(database)


def jwt_strategy():
    return JWTStrategy(secret=SECRET, lifetime_seconds=LIFETIME)


def database_strategy(database=Depends(tokens)):
    return DatabaseStrategy(database, lifetime_seconds=LIFETIME)


backends = [
    AuthenticationBackend("jwt", BearerTransport(tokenUrl="auth/jwt/login"), jwt_strategy),
    AuthenticationBackend("db", BearerTransport(tokenUrl="auth/db/login"), database_strategy),
]
fastapi_users = FastAPIUsers[User, uuid.UUID](manager, backends)


@contextlib.asynccontextmanager
async def lifespan(_app):
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with sessions() as opened:
        with contextlib.suppress(UserAlreadyExists):
            await Manager(SQLAlchemyUserDatabase(opened, User)).create(UserCreate(email=EMAIL, password=PASSWORD))
    yield


app = FastAPI(lifespan=lifespan)
for backend in backends:
    app.include_router(fastapi_users.get_auth_router(backend), prefix=f"/auth/{backend.name}")
app.include_router(fastapi_users.get_users_router(UserRead, UserUpdate), prefix="/users")
