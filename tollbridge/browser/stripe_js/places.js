/** ISO 3166's codes, two letters each. @type {string[]} */
const COUNTRIES = (
  'ACADAEAFAGAIALAMAOAQARATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACDCFCGCHCICKCLCMCNCOCRCVCWCYCZDE'
  + 'DJDKDMDODZECEEEGEHERESETFIFJFKFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHNHRHTHUIDIEILIMINIOIQISITJEJMJOJP'
  + 'KEKGKHKIKMKNKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMKMLMMMNMOMQMRMSMTMUMVMWMXMYMZNANCNENGNINLNONPNRNUNZOM'
  + 'PAPEPFPGPHPKPLPMPNPRPSPTPYQARERORSRURWSASBSCSESGSHSISJSKSLSMSNSOSRSSSTSVSXSZTATCTDTFTGTHTJTKTLTMTNTOTRTTTVTW'
  + 'TZUAUGUSUYUZVAVCVEVGVNVUWFWSXKYEYTZAZMZW'
).match(/../g) || [];
const REGIONS = new Intl.DisplayNames(['en'], { type: 'region' });

/** Options of a select: codes and English names. */
const countryOptions = () => COUNTRIES.map((code) => ({ value: code, text: REGIONS.of(code) || code }))
  .sort((one, other) => one.text.localeCompare(other.text));

/** The countries whose cards are asked for a postal code, with what it is called there. @type {Record<string, {label: string, placeholder: string}>} */
const POSTAL = {
  US: { label: 'ZIP code', placeholder: '12345' },
  GB: { label: 'Postal code', placeholder: 'WS11 1DB' },
  CA: { label: 'Postal code', placeholder: 'M5T 1T4' },
};

/** @param {string} text @param {string} country */
const formatPostal = (text, country) => (country === 'US'
  ? digitsOf(text).slice(0, 5)
  : text.replace(/[^A-Za-z0-9 -]/g, '').toUpperCase().slice(0, 10));

/** @param {string} text @param {string} country */
const postalIsComplete = (text, country) => (country === 'US' ? text.length === 5 : text.replace(/\W/g, '').length >= 3);
