{{- define "rero.labels" -}}
app.kubernetes.io/part-of: rero
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "rero.image" -}}
{{ .repository }}:{{ .tag }}{{ with .digest }}@{{ . }}{{ end }}
{{- end }}

{{/* Of every pod: nobody, nothing gained, no token of the API server. */}}
{{- define "rero.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.images.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{- define "rero.user" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "rero.confined" -}}
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* Further settings of a service, which the chart does not know. */}}
{{- define "rero.settings" -}}
{{- range $name, $value := . }}
- { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end }}

{{/* One camera: (dict "root" $ "camera" "yard" "source" "pattern"). */}}
{{- define "rero.capture" -}}
{{- $values := .root.Values -}}
{{- $named := ne .camera "default" -}}
{{- $privileged := eq $values.camera.device "privileged" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: capture{{ if $named }}-{{ .camera }}{{ end }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    app.kubernetes.io/name: capture
    {{- if $named }}
    rero.dev/camera: {{ .camera }}
    {{- end }}
    {{- include "rero.labels" .root | nindent 4 }}
spec:
  {{- if $values.ha }}
  # A pair on two hosts, of which one goes at a time and before its successor comes.
  replicas: 2
  strategy: { type: RollingUpdate, rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } }
  {{- else }}
  # One camera has one owner: the old one goes before the new one comes.
  replicas: 1
  strategy: { type: Recreate }
  {{- end }}
  selector: { matchLabels: { app.kubernetes.io/name: capture, rero.dev/camera: {{ .camera }} } }
  template:
    metadata:
      labels: { app.kubernetes.io/name: capture, app.kubernetes.io/part-of: rero, rero.dev/service: capture, rero.dev/camera: {{ .camera }} }
      annotations: { prometheus.io/scrape: "true", prometheus.io/port: "9101" }
    spec:
      {{- include "rero.pod" .root | nindent 6 }}
      terminationGracePeriodSeconds: 15
      {{- if ne $values.camera.device "none" }}
      nodeSelector: { rero.dev/camera: "true" }
      {{- end }}
      {{- if $values.ha }}
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - topologyKey: kubernetes.io/hostname
              labelSelector: { matchLabels: { app.kubernetes.io/name: capture } }
              matchLabelKeys: [rero.dev/camera]
      {{- end }}
      securityContext:
        {{- include "rero.user" . | nindent 8 }}
        {{- if ne $values.camera.device "none" }}
        supplementalGroups: [{{ int $values.camera.group }}]
        {{- end }}
      containers:
        - name: capture
          image: {{ include "rero.image" $values.images.capture }}
          env:
            - { name: NATS_URL, value: "nats://nats:4222" }
            - { name: NATS_NKEY_FILE, value: /run/secrets/rero/capture.nkey }
            - { name: CAPTURE_SOURCE, value: {{ .source | quote }} }
            {{- if $named }}
            - { name: CAPTURE_CAMERA_ID, valueFrom: { fieldRef: { fieldPath: "metadata.labels['rero.dev/camera']" } } }
            {{- end }}
            {{- if $values.ha }}
            - { name: CAPTURE_BUCKET_REPLICAS, value: "3" }
            {{- end }}
            {{- include "rero.settings" $values.settings.capture | nindent 12 }}
          ports: [{ name: admin, containerPort: 9101 }]
          startupProbe: { httpGet: { path: /healthz, port: admin }, failureThreshold: 30, periodSeconds: 1 }
          readinessProbe: { httpGet: { path: /readyz, port: admin }, periodSeconds: 5 }
          livenessProbe: { httpGet: { path: /healthz, port: admin }, periodSeconds: 10 }
          securityContext:
            {{- include "rero.confined" . | nindent 12 }}
            allowPrivilegeEscalation: {{ $privileged }}
            {{- if $privileged }}
            privileged: true
            {{- end }}
          resources:
            requests: {{ toJson $values.resources.capture.requests }}
            limits: {{ if eq $values.camera.device "plugin" }}{{ toJson (merge (dict "squat.ai/video" "1") $values.resources.capture.limits) }}{{ else }}{{ toJson $values.resources.capture.limits }}{{ end }}
          volumeMounts:
            - { name: key, mountPath: /run/secrets/rero, readOnly: true }
            {{- if $privileged }}
            - { name: dev, mountPath: /dev }
            {{- end }}
      volumes:
        # 0440; not every reader of YAML takes that for octal.
        - { name: key, secret: { secretName: {{ $values.secrets.capture }}, defaultMode: 288 } }
        {{- if $privileged }}
        - { name: dev, hostPath: { path: /dev, type: Directory } }
        {{- end }}
{{- end }}
