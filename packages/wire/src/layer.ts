import type { Connection } from './network.ts';

/** The bytes of a connection in another form, such as compressed: what is written goes out in it, and what is read came in it. */
export interface Layer {
  /** As {@link Connection.read}: borrowed bytes, one call at a time. Nothing is read from below unless somebody asks. */
  read(): Promise<Uint8Array | undefined>;
  /** As {@link Connection.write}. What is written in one turn leaves together, and the peer can use all of it at once. */
  write(bytes: Uint8Array): Promise<void>;
  /** Hands on what was written, and lets go of its memory; the connection below stays open. */
  close(): Promise<void>;
}

/** Puts a layer on a connection that is in use; `behind` are bytes that have come already and belong to it. */
export type OpenLayer = (below: Pick<Connection, 'read' | 'write' | 'endpoint'>, behind: Uint8Array) => Layer;
