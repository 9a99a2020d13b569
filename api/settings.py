"""Everything that can be set, once: environment variables beginning KLUNAK_.

There is no default for what a node must not share with another: its circle and its key.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """A node's settings, read once and passed in."""

    model_config = SettingsConfigDict(env_prefix="KLUNAK_", frozen=True, extra="ignore")

    circle_document: Path = Field(description="file with the circle document the node starts from")
    node_key: Path = Field(description="file with the node's signing key, readable by nobody else")
    data_directory: Path = Field(Path("data"), description="where the node keeps its database")
    database_url: str | None = Field(None, description="another database than data_directory's")
    database_writers: int = Field(4, ge=1, description="writes to PostgreSQL at once, a worker")
    database_connections: int = Field(16, ge=3, description="to PostgreSQL, of one worker")
    host: str = Field("127.0.0.1", description="address to listen on; the onion service's side")
    port: int = Field(8750, ge=0, le=65_535, description="port to listen on; 0 takes a free one")
    unix_socket: Path | None = Field(None, description="socket to listen on instead of a port")
    operators_socket: Path | None = Field(None, description="a socket for operators' routes alone")
    expose_this_node: bool = Field(False, description="listen where others see who comes: never")
    body_seconds: float = Field(30, gt=0, description="how long a body may take to arrive")
    header_seconds: float = Field(20, gt=0, description="how long a request's head may take")
    idle_seconds: float = Field(15, gt=0, description="how long a connection rests unused")
    answer_seconds: float = Field(60, gt=0, description="how long an answer may take to be fetched")
    body_budget_mib: int = Field(64, ge=2, description="how much of bodies is held at once")
    requests_at_once: int = Field(256, ge=1, description="requests worked on at once; then busy")
    workers: int = Field(1, ge=1, le=64, description="processes that share the listening socket")
    connections: int = Field(2_048, ge=1, description="connections open at once; then busy")
    threads: int = Field(64, ge=8, description="requests that use the database at once")
    writes_waiting: int = Field(40, ge=1, description="writes at once, leaving threads to reads")
    busy_seconds: float = Field(5, gt=0, description="how long a write waits for its turn")
    work_at_once: int = Field(2, ge=1, description="proofs of work checked at once")
    claims_per_day: int = Field(32, ge=1, description="claims one card may add a day, a worker")
    housekeeping_seconds: float = Field(60, gt=0, description="how often erased pages are shed")
    layout_seconds: float = Field(60, gt=0, description="between two layouts of tables, at least")
    layout_bytes_per_second: int = Field(1_000_000, ge=1, description="laid out anew, at most")
    layout_most_mib: int = Field(2_048, ge=0, description="a larger database waits for the sweep")
    leap_seconds: float = Field(3_600, ge=0, description="how long a leapt day holds to be swept")

    @property
    def database(self) -> str:
        """The database's address for SQLAlchemy."""
        return self.database_url or f"sqlite:///{self.data_directory.absolute() / 'node.db'}"
