#!/bin/sh
# Runs once in the container `nextcloud`, after it was installed: apps to try, and Keycloak's
# tokens taken as docs/keycloak.md says. Keycloak need not run for that.
set -eu
cd /var/www/html

for app in notes deck calendar contacts tasks user_oidc; do
  php occ app:install "$app" || echo "The app $app could not be installed."
done

# The containers talk to each other on private addresses.
php occ config:system:set allow_local_remote_servers --value=true --type=boolean
php occ user_oidc:provider keycloak --clientid=nextcloud --clientsecret=unused \
  --discoveryuri=http://keycloak:8080/realms/nextcloud-mcp/.well-known/openid-configuration \
  --check-bearer=1 --mapping-uid=preferred_username --unique-uid=0
