"""Reads the body of a CloudWatch dashboard into tiles, and refuses what the page cannot draw.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from strata.page.deployed.model import (
    AlarmTile,
    Bounds,
    Dashboard,
    DashboardError,
    Level,
    MetricTile,
    Place,
    TextTile,
    Tile,
)
from strata.page.deployed.queries import read_queries


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Axis(_Said):
    min: float | None = None
    max: float | None = None

    def bounds(self) -> Bounds:
        return Bounds(self.min, self.max)


class _Axes(_Said):
    left: _Axis = _Axis()
    right: _Axis = _Axis()


class _Horizontal(_Said):
    value: float
    label: str = ""
    axis: Literal["left", "right"] = Field(default="left", alias="yAxis")


class _Annotations(_Said):
    horizontal: tuple[_Horizontal, ...] = ()


class _AlarmProperties(_Said):
    title: str = ""
    alarms: tuple[str, ...]


class _TextProperties(_Said):
    markdown: str


class _MetricProperties(_Said):
    title: str = ""
    view: Literal["timeSeries", "singleValue"] = "timeSeries"
    stacked: bool = False
    region: str
    metrics: tuple[list[Any], ...]
    period: int = 300
    stat: str = "Average"
    annotations: _Annotations = _Annotations()
    axes: _Axes = Field(default=_Axes(), alias="yAxis")


class _Widget(_Said):
    x: int = Field(ge=0, le=23)
    y: int = Field(ge=0)
    width: int = Field(ge=1, le=24)
    height: int = Field(ge=1)

    @property
    def place(self) -> Place:
        return Place(self.x, self.y, self.width, self.height)


class _AlarmWidget(_Widget):
    type: Literal["alarm"]
    properties: _AlarmProperties

    def tile(self, where: str) -> Tile:
        names = tuple(_alarm_name(arn, where) for arn in self.properties.alarms)
        return AlarmTile(self.place, self.properties.title, names)


class _TextWidget(_Widget):
    type: Literal["text"]
    properties: _TextProperties

    def tile(self, where: str) -> Tile:
        return TextTile(self.place, self.properties.markdown)


class _MetricWidget(_Widget):
    type: Literal["metric"]
    properties: _MetricProperties

    def tile(self, where: str) -> Tile:
        said = self.properties
        return MetricTile(
            place=self.place,
            title=said.title,
            queries=read_queries(said.metrics, said.stat, where),
            single=said.view == "singleValue",
            stacked=said.stacked,
            left=said.axes.left.bounds(),
            right=said.axes.right.bounds(),
            levels=tuple(
                Level(one.value, one.label, one.axis == "right")
                for one in said.annotations.horizontal
            ),
        )


class _Body(_Said):
    start: str = ""
    widgets: tuple[
        Annotated[_AlarmWidget | _TextWidget | _MetricWidget, Field(discriminator="type")], ...
    ]


def read_dashboard(name: str, body: str) -> Dashboard:
    """Read a dashboard's body, with every reference resolved, into tiles in their order.

    Raises `DashboardError` for a kind of widget, a setting, or an expression that the page has no
    picture for, naming the widget: a tile is never left out.
    """
    try:
        said = _Body.model_validate_json(body)
    except ValidationError as error:
        raise DashboardError(_problems(name, error)) from None
    tiles = tuple(
        widget.tile(f"dashboard {name}: widgets[{number}]")
        for number, widget in enumerate(said.widgets)
    )
    return Dashboard(name, tiles, said.start)


def _problems(name: str, error: ValidationError) -> str:
    said = []
    for problem in error.errors(include_url=False, include_input=False):
        kinds = {"alarm", "text", "metric"}
        path = ".".join(str(part) for part in problem["loc"] if part not in kinds)
        said.append(f"dashboard {name}: {path or 'body'}: {problem['msg']}")
    return "; ".join(said) + "; teach strata/page/deployed/ to draw it, or take it out"


def _alarm_name(arn: str, where: str) -> str:
    _, mark, name = arn.partition(":alarm:")
    if not mark:
        raise DashboardError(f"{where}: alarms: must be the ARN of an alarm: got {arn!r}")
    return name
