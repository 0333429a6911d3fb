"""The three kinds of module, and what each of them has to say."""

from modules.kit.args import Arg, bind
from modules.kit.errors import ModuleFailed


class Base:
    """
    What all kinds share: arguments, warnings, facts, and what is coming.

    Class attributes a module may set: `collection` (where Ansible keeps it), `aliases` (further names), `free_form`
    (the argument that takes the text written after the module's name), `exclusive`, `one_of`, `together` (tuples of
    tuples of argument names).
    """

    collection = "ansible.builtin"
    aliases = ()
    free_form = None
    exclusive = ()
    one_of = ()
    together = ()

    @classmethod
    def arguments(cls):
        """
        {name: Arg} of every declared argument, in the order of declaration, base classes first.

        A class that gives the name of an inherited argument to something else does not take that argument.
        """
        found = {}
        for owner in reversed(cls.__mro__):
            for name, arg in vars(owner).items():
                found.pop(name, None)
                if isinstance(arg, Arg):
                    found[arg.name] = arg
        return found

    def __init__(self, given, context):
        """Bind the given arguments; raises ModuleFailed naming every one that is wrong."""
        self.context = context
        self.before = None
        values, problems = bind(self.arguments(), given, type(self))
        if problems:
            raise ModuleFailed(
                "; ".join("%s: %s" % (problem["argument"], problem["message"]) for problem in problems),
                problems=problems,
            )
        for name, value in values.items():
            setattr(self, name, value)
        self.check_arguments()

    def check_arguments(self):
        """Raise ModuleFailed for combinations that the declarations cannot express."""

    def warn(self, message):
        """Tell the person who runs the playbook something that is not an error."""
        self.context.warnings.append(message)

    def needs(self, kind, name, found, message=None, hint=None):
        """
        Say that this module relies on something; returns whether it is there.

        kind: path, package, service, user, group, command, engine, image, network, volume or container.
        found: whether it was found. When it was not, a dry run in which an earlier task would bring it goes on, notes
        the assumption and gets False; anything else raises ModuleFailed.
        """
        if found:
            return True
        bringer = self.context.bringer(kind, name)
        if bringer is None:
            raise ModuleFailed(message or "%s %s does not exist" % (kind, name), hint=hint)
        self.context.assume(kind, name, bringer)
        return False


class Module(Base):
    """
    A thing with a state that can be read. The kit calls current, wanted, and, where they differ, apply and current
    again; a difference left after that is a failure.
    """

    def refresh(self):
        """
        What happens each time before anything is read, and is no change: reading package lists or unit files anew.

        Never called in a dry run.
        """

    def current(self):
        """
        Read the state without touching it: a dict, or None when the thing does not exist.

        Called before `apply` and again after it. MUST be overridden.
        """
        raise TypeError("%s does not say its current state" % type(self).__name__)

    def wanted(self):
        """
        The state asked for: a dict of what matters, or None for absent. `self.before` holds what `current` returned.

        Called once. MUST be overridden, and MUST NOT touch anything.
        """
        raise TypeError("%s does not say its wanted state" % type(self).__name__)

    def apply(self, change):
        """Make the change, and only that. Never called in a dry run."""
        raise TypeError("%s cannot be changed" % type(self).__name__)

    def same(self, key, now, wanted):
        """Whether a value that was read is as good as the one wanted; equality unless a module knows better."""
        return now == wanted

    def subject(self):
        """What the diff names: the path, the container's name."""
        return str(getattr(self, "path", getattr(self, "name", type(self).__name__)))

    def brings(self, change):
        """What exists once this change is made, as a list of (kind, name): see `needs`."""
        return []

    def returns(self, change, state):
        """
        Further values of the task's result.

        state: what was read last; in a dry run, what is foreseen. None when the thing does not exist.
        """
        return {}


class Action(Base):
    """
    Something with an effect and no state to read: a command, a reboot. A dry run says that it would run.

    decided: whether `needless` looks at something that tells for sure, so that a dry run may foresee a change.
    """

    decided = False

    def needless(self):
        """Why it need not run (`creates` and the like), or None."""
        return

    def foreseen(self):
        """Further values of a dry run's result, so that what reads the result finds the same names in it."""
        return {}

    def run(self):
        """Do it; returns the values of the result. `changed` is true unless the result says otherwise."""
        raise TypeError("%s does nothing" % type(self).__name__)

    def brings(self):
        """What exists once this has run, as a list of (kind, name): see `needs`."""
        return []


class Query(Base):
    """Something that only reads; runs in a dry run too, and never changes anything."""

    def read(self):
        """The values of the result. `changed` is false unless they tell of something that changed elsewhere."""
        raise TypeError("%s reads nothing" % type(self).__name__)
