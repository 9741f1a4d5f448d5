"""User and group with the columns that the package's own adapters read and write."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django_scim.models import AbstractSCIMGroupMixin, AbstractSCIMUserMixin


class Group(AbstractSCIMGroupMixin):
    """A group; its name is unique, as that of Django's own group is."""

    name = models.CharField(max_length=150, unique=True)


class User(AbstractSCIMUserMixin, AbstractUser):
    """A user in such groups."""

    groups = models.ManyToManyField(Group, related_name="user_set")

    @property
    def scim_groups(self):
        """The groups that the package shows."""
        return self.groups
