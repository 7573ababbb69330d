#!/bin/sh
vault auth enable kubernetes # expect: reviewer-token-static
vault write auth/kubernetes/config \
  kubernetes_host=https://kubernetes.default.svc \
  token_reviewer_jwt=@/tmp/reviewer.jwt
