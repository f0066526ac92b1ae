/** How much a client wants to know about the data: `odata.metadata` of its `Accept` header or of `$format`. */
export type MetadataLevel = 'minimal' | 'full' | 'none';

/** Reads the level of a media type or `Accept` header; `minimal`, OData's default, when it says nothing of it. */
export function metadataLevel(mediaType: string | undefined): MetadataLevel {
  const asked = /\bodata(?:\.metadata)?\s*=\s*"?(minimal|full|none)(?:metadata)?\b/i
    .exec(mediaType ?? '')?.[1]
    ?.toLowerCase();
  return asked === 'full' || asked === 'none' ? asked : 'minimal';
}

/** The media type of an answer, as Graph writes it. */
export function contentType(level: MetadataLevel): string {
  return `application/json;odata.metadata=${level};odata.streaming=true;IEEE754Compatible=false;charset=utf-8`;
}
