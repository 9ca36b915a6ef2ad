{{/* The pod of the server: `role` is all, api or worker; `claim` whether it has the volume. */}}
{{- define "mcp.pod" -}}
{{- $ := .root -}}
metadata:
  labels:
    {{- include "mcp.labels" . | nindent 4 }}
    {{- with $.Values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  annotations:
    checksum/settings: {{ include (print $.Template.BasePath "/configmap.yaml") $ | sha256sum }}
    {{- with $.Values.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  serviceAccountName: {{ include "mcp.serviceAccount" $ }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  # Running calls may finish within 30 s.
  terminationGracePeriodSeconds: 45
  {{- with $.Values.image.pullSecrets }}
  imagePullSecrets: {{ toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  containers:
    - name: server
      image: {{ include "mcp.image" $ | quote }}
      imagePullPolicy: {{ $.Values.image.pullPolicy }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      envFrom:
        - configMapRef: { name: {{ include "mcp.name" $ }} }
        {{- with $.Values.existingSecret }}
        - secretRef: { name: {{ . | quote }} }
        {{- end }}
      env:
        - { name: MCP_ROLE, value: {{ .role }} }
        {{- if $.Values.postgresql.enabled }}
        - name: POSTGRES_PASSWORD
          valueFrom: { secretKeyRef: { name: {{ $.Values.postgresql.existingSecret | quote }}, key: {{ $.Values.postgresql.key | quote }} } }
        - name: DATABASE_URL
          value: postgres://nextcloud_mcp:$(POSTGRES_PASSWORD)@{{ include "mcp.name" $ }}-postgresql:5432/nextcloud_mcp
        {{- else if $.Values.database.existingSecret }}
        - name: DATABASE_URL
          valueFrom: { secretKeyRef: { name: {{ $.Values.database.existingSecret | quote }}, key: {{ $.Values.database.key | quote }} } }
        {{- end }}
        {{- if and $.Values.qdrant.enabled $.Values.qdrant.existingSecret }}
        - name: QDRANT_API_KEY
          valueFrom: { secretKeyRef: { name: {{ $.Values.qdrant.existingSecret | quote }}, key: {{ $.Values.qdrant.key | quote }} } }
        {{- end }}
      ports:
        - { name: http, containerPort: 8000 }
        {{- if $.Values.metrics.enabled }}
        - { name: metrics, containerPort: {{ $.Values.metrics.port }} }
        {{- end }}
      startupProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 2
        failureThreshold: 30
      livenessProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 20
        timeoutSeconds: 5
      readinessProbe:
        httpGet: { path: /health/ready, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
      lifecycle:
        # Requests still come for a moment, until every node knows that this pod ends.
        preStop: { exec: { command: [sleep, '5'] } }
      resources: {{ toYaml .resources | nindent 8 }}
      volumeMounts:
        - { name: data, mountPath: /data }
        {{- with $.Values.extraVolumeMounts }}{{ toYaml . | nindent 8 }}{{ end }}
  volumes:
    - name: data
      {{- if and .claim $.Values.persistence.enabled }}
      persistentVolumeClaim: { claimName: {{ $.Values.persistence.existingClaim | default (include "mcp.name" $) }} }
      {{- else }}
      emptyDir: {}
      {{- end }}
    {{- with $.Values.extraVolumes }}{{ toYaml . | nindent 4 }}{{ end }}
  {{- with $.Values.nodeSelector }}
  nodeSelector: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with $.Values.tolerations }}
  tolerations: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with $.Values.affinity }}
  affinity: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with $.Values.topologySpreadConstraints }}
  topologySpreadConstraints: {{ toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
