#!/bin/sh
vault secrets enable -path=kv -version="$KV_VERSION" kv
