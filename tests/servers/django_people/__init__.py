"""The smallest application that django-scim2 can serve: a user, a group, the service's address and a token."""
