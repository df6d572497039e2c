#!/bin/bash
# Uninstalls the shop.
set -e

for c in shop-web shop-db; do
    docker stop -t 1 $c
    docker rm $c
done
docker stop -t 1 cadvisor node-exporter
docker rm cadvisor node-exporter
docker volume rm shop-data shop-pages
echo "the shop is gone"
