"""Which models a task asks: the one that the caller, the role or the configuration names, and those that stand in.

Pure: it decides, and asks nobody. The settings beside the models are in `settings.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.chat import ModelConfig
from service.config import AgentRole, Config
from service.errors import InvalidInput
from service.models.states import check_reachable
from service.settings.values import AUTO

if TYPE_CHECKING:
    from service.tasks.settings import NewTaskConfig

FIELD = "input.config"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The models of a task: the one that is asked, and why it is; those that are asked where it fails; and those of the
    roles that a plan may give its steps to."""

    model: ModelConfig
    why: str
    fallbacks: tuple[ModelConfig, ...] = ()
    roles: tuple[ModelConfig, ...] = ()


def choose_models(config: Config, usual_role: str | None, new: NewTaskConfig) -> ModelChoice:
    """The models of a task whose type has this role. Raises `InvalidInput`, with the field, for what is not there."""
    role = find_role(config, new.role or usual_role, named=new.role is not None)
    named = named_model(new)
    model = find_model(config, named or (role.model if role else config.defaults.model), "model")
    # A role's model comes with the role's settings; another model does not want them.
    own = role if role is not None and named is None else None
    names = new.fallback_models if new.fallback_models is not None else own.fallback_models if own else ()
    fallbacks = tuple(find_model(config, name, f"fallbackModels[{i}]") for i, name in enumerate(names))
    roles = {agent.model for agent in config.agents.values()} - {model.key}
    others = tuple(it for it in config.models() if it.key in roles)
    return ModelChoice(model, _why(config, own, new), fallbacks, others)


def check_choice(config: Config, choice: ModelChoice) -> None:
    """Raises `InvalidInput`, with the field, where it is known before that one of the models cannot be asked."""
    check_reachable(config, choice.model, f"{FIELD}.model")
    for i, model in enumerate(choice.fallbacks):
        check_reachable(config, model, f"{FIELD}.fallbackModels[{i}]")


def named_model(new: NewTaskConfig) -> str | None:
    """The model that the caller names; `auto` is the one of who names none."""
    return None if new.model == AUTO else new.model


def find_role(config: Config, name: str | None, *, named: bool) -> AgentRole | None:
    """The role of that name. Raises `InvalidInput` where there is none and the caller `named` it."""
    role = config.agents.get(name) if name else None
    if role is None and named:
        raise InvalidInput(
            f"There is no role {name!r}.",
            field=f"{FIELD}.role",
            remedy=f"Known roles: {', '.join(sorted(config.agents)) or 'none'}.",
        )
    return role


def find_model(config: Config, name: str, field: str) -> ModelConfig:
    """The model of that name. Raises `InvalidInput` for the field of a task's settings."""
    try:
        return config.find_model(name)
    except InvalidInput as error:
        raise InvalidInput(error.message, field=f"{FIELD}.{field}", remedy=error.remedy) from error


def _why(config: Config, role: AgentRole | None, new: NewTaskConfig) -> str:
    if named_model(new) is not None:
        return "The request names it."
    settings = config.settings.agents.get(role.name) if role else None
    if role is not None and settings is not None and settings.model not in (None, AUTO):
        return f"The role {role.name} names it."
    return config.defaults.why
