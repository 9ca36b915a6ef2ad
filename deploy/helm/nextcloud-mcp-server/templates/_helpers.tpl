{{/* The names of everything start with the release. */}}
{{- define "mcp.name" -}}
{{- if contains "nextcloud-mcp-server" .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-nextcloud-mcp-server" (.Release.Name | trunc 28 | trimSuffix "-") -}}
{{- end -}}
{{- end -}}

{{/* Labels that choose pods: of the component in `component`. */}}
{{- define "mcp.selector" -}}
app.kubernetes.io/name: nextcloud-mcp-server
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "mcp.labels" -}}
{{ include "mcp.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "mcp.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "mcp.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "mcp.name" .) }}
{{- end -}}

{{/* Whether there is a database that several pods can share. */}}
{{- define "mcp.hasDatabase" -}}
{{- if or .Values.postgresql.enabled .Values.database.existingSecret -}}true{{- end -}}
{{- end -}}

{{/* Whether there is an index of search that several pods can share. */}}
{{- define "mcp.hasSharedIndex" -}}
{{- if or .Values.qdrant.enabled .Values.settings.QDRANT_URL -}}true{{- end -}}
{{- end -}}

{{/* Whether search by meaning is on, by either name and any word that the server takes for yes. */}}
{{- define "mcp.hasSearch" -}}
{{- range list .Values.settings.ENABLE_SEMANTIC_SEARCH .Values.settings.VECTOR_SYNC_ENABLED -}}
{{- if has (. | toString | lower | trim) (list "true" "1" "yes" "on") -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{/* Whether the server runs in more than one pod, so that none can have the volume. */}}
{{- define "mcp.isSeveral" -}}
{{- if or .Values.autoscaling.enabled (gt (int .Values.replicaCount) 1) .Values.worker.enabled -}}true{{- end -}}
{{- end -}}

{{/* What the schema cannot say of values that must fit each other. */}}
{{- define "mcp.checked" -}}
{{- $_ := required "settings.NEXTCLOUD_HOST is missing: the address of your Nextcloud, as in https://cloud.example.org" .Values.settings.NEXTCLOUD_HOST -}}
{{- if and (include "mcp.isSeveral" .) (not (include "mcp.hasDatabase" .)) -}}
{{- fail "replicaCount > 1, autoscaling.enabled and worker.enabled need a database: set database.existingSecret or postgresql.enabled" -}}
{{- end -}}
{{- if and .Values.postgresql.enabled .Values.database.existingSecret -}}
{{- fail "database.existingSecret and postgresql.enabled exclude each other" -}}
{{- end -}}
{{- if and (include "mcp.hasDatabase" .) (not .Values.existingSecret) -}}
{{- fail "a database needs TOKEN_ENCRYPTION_KEY, in the Secret named by existingSecret" -}}
{{- end -}}
{{- if and .Values.worker.enabled (gt (int .Values.worker.replicaCount) 1) (not (include "mcp.hasSharedIndex" .)) -}}
{{- fail "worker.replicaCount > 1 needs an index that all workers reach: qdrant.enabled or settings.QDRANT_URL" -}}
{{- end -}}
{{- if and (include "mcp.hasSearch" .) (include "mcp.isSeveral" .) -}}
{{- if not (and .Values.worker.enabled (include "mcp.hasSharedIndex" .)) -}}
{{- fail "search by meaning in more than one pod needs worker.enabled, which indexes for all, and an index that all reach: qdrant.enabled or settings.QDRANT_URL" -}}
{{- end -}}
{{- end -}}
{{- if not (or .Values.settings.NEXTCLOUD_MCP_SERVER_URL (has .Values.settings.MCP_DEPLOYMENT_MODE (list "single_user_basic" "multi_user_basic"))) -}}
{{- fail "settings.NEXTCLOUD_MCP_SERVER_URL is missing: the address that clients use, which tokens are issued for; without it, settings.MCP_DEPLOYMENT_MODE must be single_user_basic or multi_user_basic" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.settings.NEXTCLOUD_MCP_SERVER_URL) -}}
{{- fail "ingress.enabled needs settings.NEXTCLOUD_MCP_SERVER_URL, the address that clients use" -}}
{{- end -}}
{{- end -}}
