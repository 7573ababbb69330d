#!/bin/sh
vault auth enable kubernetes
