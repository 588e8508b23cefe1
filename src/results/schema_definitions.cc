// SPDX-License-Identifier: MIT
#include "results/schema_text.h"

namespace mxsweep::results {

constexpr std::string_view kSchemaDefinitions = R"json(  "$defs": {
    "outcome": {
      "enum": [@outcomes@]
    },
    "cause": {
      "enum": [@causes@]
    },
    "dns": {
      "type": "object",
      "additionalProperties": false,
      "minProperties": 1,
      "properties": {
        "unicode": {
          "description": "The domain, or without one the name, in U-labels.",
          "type": "string",
          "minLength": 1
        },
        "authentic": {
          "description": "The resolver says that it has validated all answers (AD).",
          "const": true
        },
        "findings": {
          "description": "What is not as it should be, and stops nobody.",
          "type": "array",
          "minItems": 1,
          "uniqueItems": true,
          "items": {
            "enum": [@findings@]
          }
        }
      }
    },
    "code": {"type": "integer", "minimum": 200, "maximum": 599},
    "lines": {
      "description": "One string a line, without code and line end.",
      "type": "array",
      "minItems": 1,
      "maxItems": 512,
      "items": {"type": "string", "maxLength": 4096}
    },
    "latin1": {
      "description": "The text beside is not UTF-8: each of its octets is a character.",
      "const": true
    },
    "time": {
      "type": "string",
      "format": "date-time",
      "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{6})?Z$"
    },
    "milliseconds": {"type": "number", "minimum": 0},
    "ehlo": {
      "type": "object",
      "additionalProperties": false,
      "required": ["verb"],
      "properties": {
        "verb": {"enum": ["EHLO", "HELO"]},
        "code": {"$ref": "#/$defs/code"},
        "host": {"type": "string", "minLength": 1},
        "extensions": {
          "description": "Keyword, in capitals, to parameters. Only with a 2xx code.",
          "type": "object",
          "propertyNames": {"pattern": "^[^a-z]+$"},
          "additionalProperties": {"type": "string"}
        },
        "latin1": {"$ref": "#/$defs/latin1"}
      }
    },
    "certificate": {
      "description": "sha256 alone: it was not parsed. The two digests alone: --chain digest.",
      "$ref": "#/$defs/certificate_facts",
      "unevaluatedProperties": false
    },
    "certificate_line": {
      "description": "One line of the file that --certs names: a certificate, and its octets.",
      "$ref": "#/$defs/certificate_facts",
      "required": ["v"],
      "properties": {
        "v": {"const": 1},
        "pem": {
          "type": "string",
          "pattern": "^-----BEGIN CERTIFICATE-----\n[0-9A-Za-z+/=\n]+-----END CERTIFICATE-----\n$"
        }
      },
      "unevaluatedProperties": false
    },
    "domain_line": {
      "description": "One line of the file that --domain-summary names: a domain's servers.",
      "$ref": "#/$defs/standing",
      "required": ["v", "target"],
      "properties": {
        "v": {"const": 1},
        "target": {"type": "string"},
        "latin1": {"description": "As in the record, of all names here.", "const": true},
        "line": {"type": "integer", "minimum": 1},
        "meta": true,
        "domain": {"type": "string", "minLength": 1},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "dns": {"$ref": "#/$defs/dns"},
        "mx": {
          "description": "By preference. Without MX the domain itself, with preference 0.",
          "type": "array",
          "minItems": 1,
          "items": {
            "$ref": "#/$defs/standing",
            "required": ["host", "preference"],
            "properties": {
              "host": {"type": "string", "minLength": 1},
              "preference": {"type": "integer", "minimum": 0, "maximum": 65535}
            },
            "unevaluatedProperties": false
          }
        }
      },
      "dependentRequired": {"mx": ["domain"]},
      "unevaluatedProperties": false
    },
    "standing": {
      "description": "Several servers' records, added up.",
      "type": "object",
      "required": ["outcome", "cause", "addresses", "answered", "starttls"],
      "properties": {
        "outcome": {"description": "The best of all.", "$ref": "#/$defs/outcome"},
        "cause": {"description": "Of the first that came to it.", "$ref": "#/$defs/cause"},
        "addresses": {"type": "integer", "minimum": 0},
        "answered": {
          "description": "Addresses that answered in SMTP, if only to decline us.",
          "type": "integer",
          "minimum": 0
        },
        "starttls": {
          "description": "Offered by how many of those that said whether they do.",
          "enum": ["unknown", "none", "some", "all"]
        }
      },
      "if": {"properties": {"outcome": {"const": "ok"}}},
      "then": {"properties": {"cause": {"const": "none"}}},
      "else": {"properties": {"cause": {"not": {"const": "none"}}}}
    },
    "certificate_facts": {
      "type": "object",
      "required": ["sha256"],
      "dependentRequired": {
        "subject": ["spki_sha256", "issuer", "san", "self_signed"],
        "issuer": ["subject"],
        "serial": ["subject"],
        "san": ["subject"],
        "not_before": ["subject"],
        "not_after": ["subject"],
        "key": ["subject"],
        "signature": ["subject"],
        "self_signed": ["subject"],
        "cut": ["subject"],
        "latin1": ["subject"]
      },
      "properties": {
        "sha256": {"description": "Of the whole certificate.", "$ref": "#/$defs/sha256"},
        "spki_sha256": {
          "description": "Of its SubjectPublicKeyInfo, as TLSA and pins have it.",
          "$ref": "#/$defs/sha256"
        },
        "subject": {"description": "RFC 4514; may be empty.", "type": "string"},
        "issuer": {"description": "RFC 4514.", "type": "string"},
        "serial": {"type": "string", "pattern": "^([0-9a-f]{2})+$"},
        "san": {
          "description": "subjectAltName: DNS names and addresses.",
          "type": "array",
          "items": {"type": "string"}
        },
        "not_before": {"$ref": "#/$defs/time"},
        "not_after": {"$ref": "#/$defs/time"},
        "key": {
          "description": "Algorithm and size or curve: EC P-256, RSA 2048, Ed25519.",
          "type": "string",
          "minLength": 1
        },
        "signature": {
          "description": "Its algorithm by OpenSSL's name, else its OID.",
          "type": "string",
          "minLength": 1
        },
        "self_signed": {"type": "boolean"},
        "cut": {
          "description": "What has more to it than is kept and compared: that is not shown.",
          "type": "array",
          "minItems": 1,
          "uniqueItems": true,
          "items": {"enum": ["serial", "subject", "issuer", "san"]}
        },
        "latin1": {"$ref": "#/$defs/latin1"}
      }
    },
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}
  }
}
)json";

}  // namespace mxsweep::results
