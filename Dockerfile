# The gateway in a container. Build: docker build -t muniment .
FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements/run.txt requirements/run.txt
RUN python -m venv /opt/muniment && /opt/muniment/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements/run.txt
COPY requirements/build.txt requirements/build.txt
RUN python -m venv /opt/build && /opt/build/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY gateway gateway
COPY connectors connectors
COPY graph graph
COPY policies policies
RUN /opt/build/bin/hatchling build -t wheel && /opt/muniment/bin/pip install --no-cache-dir --no-deps dist/*.whl

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 muniment && install -d -o muniment -g muniment -m 0700 /var/lib/muniment
COPY --from=build /opt/muniment /opt/muniment
ENV PATH=/opt/muniment/bin:$PATH MUNIMENT_FOLDER=/var/lib/muniment
USER muniment
VOLUME /var/lib/muniment
EXPOSE 8040
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8040/health/live', timeout=2)"]
ENTRYPOINT ["muniment"]
CMD ["serve"]
