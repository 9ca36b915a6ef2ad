/** The settings of semantic search: whether there is any, and which model makes its vectors. */
import { z } from 'zod'
import { address, count, flag, type Setting, seconds, setting, withDefault } from './values.ts'

const text = z.string().min(1)

/** Settings lose the spaces at their ends, so that one is put behind each prefix. */
const prefix = z.string().transform(value => (value === 'none' ? '' : `${value} `))

export const SEARCH_SETTINGS = {
  ENABLE_SEMANTIC_SEARCH: setting(
    'Offer search by meaning. Its vectors come from the first of these that is set: OPENAI_API_KEY, INFINITY_URL, OLLAMA_URL, LOCAL_EMBEDDING_MODEL; else from the built-in English model. Default: false.',
    flag,
  ),
  VECTOR_SYNC_ENABLED: setting('As ENABLE_SEMANTIC_SEARCH; its older name.', flag),
  OPENAI_API_KEY: setting(
    'Key for OpenAI, or for a server that speaks like it (then with OPENAI_BASE_URL; any word where it wants no key). What is searched in is sent there.',
    text,
  ),
  OPENAI_BASE_URL: setting(
    'Address of the API, usually ending in /v1. Default: https://api.openai.com/v1.',
    address,
  ),
  OPENAI_EMBEDDING_MODEL: withDefault('Its embedding model.', text, 'text-embedding-3-small'),
  INFINITY_URL: setting(
    'Address of an Infinity or a Text Embeddings Inference (TEI), with the prefix it was given, if any.',
    address,
  ),
  INFINITY_API_KEY: setting('Its key, if it wants one.', text),
  INFINITY_MODEL: setting(
    'The model it serves, as in BAAI/bge-small-en-v1.5. Vectors are kept apart by this name.',
    text,
  ),
  OLLAMA_URL: setting('Address of an Ollama, as in http://127.0.0.1:11434.', address),
  OLLAMA_BASE_URL: setting('As OLLAMA_URL.', address),
  OLLAMA_MODEL: setting('Embedding model of Ollama. Default: nomic-embed-text.', text),
  OLLAMA_EMBEDDING_MODEL: setting('As OLLAMA_MODEL.', text),
  OLLAMA_VERIFY_SSL: withDefault('Check the TLS certificate of Ollama.', flag, 'true'),
  OLLAMA_EMBED_TIMEOUT: withDefault(
    'Seconds that Ollama may take for one batch of up to 16 texts; it loads the model first.',
    seconds,
    '120',
  ),
  OLLAMA_EMBED_MAX_BATCH_CHARS: withDefault(
    'Characters in one batch for Ollama, which embeds them one after the other. Lower it where batches time out.',
    count(1, 1_000_000),
    '16000',
  ),
  LOCAL_EMBEDDING_MODEL: setting(
    'Folder with a model in ONNX, or its id on the Hugging Face hub, as in Xenova/all-MiniLM-L6-v2. Needs the package @huggingface/transformers.',
    text,
  ),
  LOCAL_EMBEDDING_POOLING: setting(
    'How that model makes one vector of many: mean or cls. Default: cls for bge, mxbai and snowflake-arctic, else mean.',
    z.enum(['mean', 'cls'], { error: 'must be mean or cls' }),
  ),
  EMBEDDING_WORKERS: withDefault(
    'Threads in which the local or the built-in model works.',
    count(1, 64),
    '1',
  ),
  EMBEDDING_DIMENSIONS: setting(
    'Length to ask vectors in, from OpenAI, Infinity or Ollama. Only for models that were trained to be shortened (Matryoshka). Default: what the model has.',
    count(1, 65_536),
  ),
  EMBEDDING_QUERY_PREFIX: setting(
    'What the model wants before a text that is asked with. A space follows it; none is nothing. Default: what nomic-embed and e5 models want, else nothing.',
    prefix,
  ),
  EMBEDDING_PASSAGE_PREFIX: setting(
    'The same before a text that is searched in. Another one makes other vectors: everything is indexed again.',
    prefix,
  ),
  SIMPLE_EMBEDDING_DIMENSION: setting(
    'No effect: the built-in model has 512 dimensions.',
    count(1, 65_536),
  ),
} as const satisfies Record<string, Setting>
