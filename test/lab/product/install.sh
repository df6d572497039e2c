#!/bin/bash
# Installs the shop, as such products are installed: its containers first, its monitors last.
set -e

label=com.example.product=shop
docker volume create shop-data >/dev/null
docker volume create shop-pages >/dev/null
docker run -d --name shop-db --label $label -v shop-data:/data lab/busybox sh -c 'echo row >>/data/rows; echo row >/tmp/cache; exec sleep 1d'
docker run -d --name shop-web --label $label -v shop-pages:/pages \
    lab/busybox sh -c 'echo page >/pages/index; exec sleep 1d'
docker run -d --name cadvisor --network host --restart always --label $label -v /:/rootfs:ro -v /var/run:/var/run:rw -v /sys:/sys:ro -v /var/lib/docker:/var/lib/docker:ro lab/busybox sleep 1d
docker run -d --name node-exporter --network host --restart always --label $label \
    -v /proc:/host/proc -v /sys:/host/sys \
    -v /:/rootfs \
    lab/busybox sleep 1d

echo "the shop is installed"
