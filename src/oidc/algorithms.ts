/**
 * Signatures that only the provider can make. Nothing symmetric: in a token for anybody the key
 * would be the public one, which everybody has, and a shared secret proves nothing to others.
 */
export const SIGNATURE_ALGORITHMS: string[] = ['RS', 'PS', 'ES']
  .flatMap(family => ['256', '384', '512'].map(bits => family + bits))
  .concat('EdDSA', 'Ed25519')
