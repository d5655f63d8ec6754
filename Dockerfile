# The service alone; Neo4j is a container of its own (see docker-compose.yml).
FROM python:3.12-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1
WORKDIR /opt/antiphon

COPY requirements/ requirements/
RUN pip install --require-hashes --no-deps -r requirements/runtime.txt \
 && pip install --require-hashes --no-deps -r requirements/model.txt

COPY service/ service/
COPY schema/ schema/
COPY cypher/ cypher/
COPY system_config.yml config.example.yaml ./

RUN useradd --create-home --uid 10001 antiphon && mkdir /data && chown antiphon /data
USER antiphon
ENV PYTHONPATH=/opt/antiphon ANTIPHON_DATA_DIR=/data ANTIPHON_SERVER__HOST=0.0.0.0
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=6 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
ENTRYPOINT ["python", "-m", "service.cli"]
CMD ["serve"]
