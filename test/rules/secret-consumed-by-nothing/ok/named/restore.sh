kubectl get secret in-a-script
