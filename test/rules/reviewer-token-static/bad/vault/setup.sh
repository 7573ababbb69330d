#!/bin/sh
vault auth enable kubernetes
vault write auth/kubernetes/config kubernetes_host=https://kubernetes.default.svc token_reviewer_jwt=@/tmp/reviewer.jwt # expect: reviewer-token-static
