// SPDX-License-Identifier: MIT
#include "mxsweep/results/schema.h"

#include <cstddef>
#include <string_view>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/tls/facts.h"
#include "results/json_tls.h"

namespace mxsweep::results {
namespace {

// Each @name@ stands for the words of a closed list. The fields that need names are part of schema
// 1 from the start: a reader written today need not change when they appear.
constexpr std::string_view kTemplate = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:mxsweep:record:1",
  "title": "mxsweep record, schema 1",
  "description": "One line for one probe. Absent: not reached or not known. Nothing is null.",
  "type": "object",
  "additionalProperties": false,
  "required": ["v", "target", "outcome", "phase", "cause"],
  "properties": {
    "v": {"description": "The number of this schema.", "const": 1},
    "target": {"description": "The target as it was written in the list.", "type": "string"},
    "latin1": {
      "description": "Target and name are not UTF-8: each octet of theirs is a character.",
      "const": true
    },
    "line": {
      "description": "The target's line in the list, counted from 1.",
      "type": "integer",
      "minimum": 1
    },
    "meta": {"description": "Handed through from the list, octet for octet."},
    "domain": {
      "description": "The mail domain whose server this is.",
      "type": "string",
      "minLength": 1
    },
    "mx": {
      "description": "The MX record that led here.",
      "type": "object",
      "additionalProperties": false,
      "required": ["host", "preference"],
      "properties": {
        "host": {"type": "string", "minLength": 1},
        "preference": {"type": "integer", "minimum": 0, "maximum": 65535}
      }
    },
    "ip": {
      "description": "The address that was connected to.",
      "type": "string",
      "maxLength": 45,
      "anyOf": [
        {"format": "ipv4", "pattern": "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$"},
        {"format": "ipv6", "pattern": "^[0-9a-f:.]*:[0-9a-f:.]*$"}
      ]
    },
    "port": {"type": "integer", "minimum": 1, "maximum": 65535},
    "name": {
      "description": "The server's name, for SNI and for the certificate check.",
      "type": "string",
      "minLength": 1
    },
    "attempt": {
      "description": "Which connection to this target; absent when none was tried.",
      "type": "integer",
      "minimum": 1
    },
    "at": {"description": "When the attempt began, UTC.", "$ref": "#/$defs/time"},
    "outcome": {
      "$comment": "ok, degraded: up. refused: it answered and declined us. failed: no SMTP.",
      "description": "What it came to.",
      "enum": [@outcomes@]
    },
    "phase": {
      "description": "Where it ended.",
      "enum": [@phases@]
    },
    "cause": {
      "description": "Why it ended there.",
      "enum": [@causes@]
    },
    "reply": {
      "description": "The reply that decided an outcome other than ok. No code: it is not SMTP.",
      "type": "object",
      "additionalProperties": false,
      "required": ["text"],
      "dependentRequired": {"enhanced": ["code"]},
      "properties": {
        "code": {"$ref": "#/$defs/code"},
        "enhanced": {"type": "string", "pattern": "^[245]\\.[0-9]{1,3}\\.[0-9]{1,3}$"},
        "text": {"$ref": "#/$defs/lines"},
        "latin1": {"$ref": "#/$defs/latin1"}
      }
    },
    "errno": {
      "description": "The socket error that decided the outcome.",
      "type": "string",
      "pattern": "^E[0-9A-Z]+$"
    },
    "greeting": {
      "type": "object",
      "additionalProperties": false,
      "required": ["text"],
      "properties": {
        "code": {"$ref": "#/$defs/code"},
        "text": {"$ref": "#/$defs/lines"},
        "latin1": {"$ref": "#/$defs/latin1"},
        "host": {
          "description": "The first word, if it looks like a name or an address.",
          "type": "string",
          "pattern": "^[0-9A-Za-z._:\\[\\]-]+$"
        },
        "esmtp": {"description": "Whether the word ESMTP is in the text.", "type": "boolean"}
      }
    },
    "ehlo": {
      "description": "The reply to EHLO, or to HELO after EHLO was refused.",
      "$ref": "#/$defs/ehlo"
    },
    "starttls": {
      "type": "object",
      "additionalProperties": false,
      "required": ["offered"],
      "properties": {
        "offered": {
          "description": "no only after a 250 reply to EHLO.",
          "enum": ["yes", "no", "unknown"]
        },
        "code": {"description": "Of the reply to STARTTLS.", "$ref": "#/$defs/code"}
      },
      "if": {"required": ["code"]},
      "then": {"properties": {"offered": {"const": "yes"}}}
    },
    "tls": {
      "description": "TLS was begun. No version: the handshake was not finished.",
      "type": "object",
      "additionalProperties": false,
      "dependentRequired": {
        "version": ["cipher", "client_cert_requested"],
        "cipher": ["version"],
        "group": ["version"],
        "signature": ["version"],
        "extended_master_secret": ["version", "secure_renegotiation"],
        "secure_renegotiation": ["version", "extended_master_secret"],
        "verified": ["chain"],
        "verify_error": ["verified"],
        "name_match": ["verified"],
        "days_left": ["verified"],
        "chain": ["verified"]
      },
      "properties": {
        "version": {"description": "What was negotiated.", "enum": [@tls_versions@]},
        "cipher": {
          "description": "The suite by its name at IANA.",
          "type": "string",
          "pattern": "^[0-9A-Z_]+$"
        },
        "group": {
          "description": "Of the (EC)DHE key exchange; absent when there was none.",
          "type": "string",
          "minLength": 1
        },
        "signature": {
          "description": "What the server signed the handshake with, by IANA's name.",
          "type": "string",
          "minLength": 1
        },
        "extended_master_secret": {"description": "RFC 7627; before TLS 1.3.", "type": "boolean"},
        "secure_renegotiation": {"description": "RFC 5746; before TLS 1.3.", "type": "boolean"},
        "verified": {
          "description": "Whether the chain would be trusted for this name, whatever the policy.",
          "type": "boolean"
        },
        "verify_error": {
          "description": "Why it would not be trusted: a result type of RFC 8460.",
          "enum": [@verify_errors@]
        },
        "name_match": {
          "description": "Whether the certificate has the name (RFC 6125); absent without a name.",
          "type": "boolean"
        },
        "days_left": {
          "description": "Until the server's certificate expires; negative once it has.",
          "type": "integer"
        },
        "client_cert_requested": {
          "description": "Whether the server asked for a certificate of ours.",
          "type": "boolean"
        },
        "alert": {
          "description": "The fatal alert that the server sent, by its name in RFC 8446.",
          "type": "string",
          "pattern": "^[a-z][0-9a-z_]*$"
        },
        "chain": {
          "description": "As sent: the server's own certificate first, or that one alone.",
          "type": "array",
          "items": {"$ref": "#/$defs/certificate"}
        }
      },
      "allOf": [
        {
          "$comment": "What is trusted has no error.",
          "if": {"properties": {"verified": {"const": true}}},
          "then": {"properties": {"verify_error": false}}
        },
        {
          "$comment": "TLS 1.3 has no choice in these two.",
          "if": {"properties": {"version": {"const": "TLSv1.3"}}},
          "then": {"properties": {"extended_master_secret": false}},
          "else": {"required": ["extended_master_secret"]}
        }
      ]
    },
    "ehlo_tls": {
      "description": "The reply to EHLO, or to HELO, after STARTTLS.",
      "$ref": "#/$defs/ehlo"
    },
    "anomalies": {
      "description": "What the server did that the standard does not provide for.",
      "type": "array",
      "minItems": 1,
      "uniqueItems": true,
      "items": {
        "enum": [@anomalies@]
      }
    },
    "bytes": {
      "description": "Octets of SMTP received and sent.",
      "type": "object",
      "additionalProperties": false,
      "required": ["in", "out"],
      "properties": {
        "in": {"type": "integer", "minimum": 0},
        "out": {"type": "integer", "minimum": 0}
      }
    },
    "ms": {
      "description": "Milliseconds with microsecond digits, each phase's own share.",
      "type": "object",
      "additionalProperties": false,
      "minProperties": 1,
      "properties": {
        "dns": {"$ref": "#/$defs/milliseconds"},
        "connect": {"$ref": "#/$defs/milliseconds"},
        "greeting": {"$ref": "#/$defs/milliseconds"},
        "ehlo": {"$ref": "#/$defs/milliseconds"},
        "starttls": {"$ref": "#/$defs/milliseconds"},
        "tls": {"$ref": "#/$defs/milliseconds"},
        "ehlo_tls": {"$ref": "#/$defs/milliseconds"},
        "quit": {"$ref": "#/$defs/milliseconds"},
        "total": {"$ref": "#/$defs/milliseconds"}
      }
    }
  },
  "dependentRequired": {
    "mx": ["domain"],
    "tls": ["attempt"],
    "ehlo_tls": ["starttls", "tls"],
    "bytes": ["attempt"]
  },
  "allOf": [
    {
      "$comment": "ok has no cause, and everything else has one.",
      "if": {"properties": {"outcome": {"const": "ok"}}},
      "then": {"properties": {"cause": {"const": "none"}}},
      "else": {"properties": {"cause": {"not": {"const": "none"}}}}
    },
    {
      "$comment": "A line that cannot be read has its number, and nothing was tried.",
      "if": {"properties": {"outcome": {"const": "invalid"}}},
      "then": {"properties": {"phase": {"const": "input"}, "attempt": false}, "required": ["line"]}
    },
    {
      "$comment": "Only a 2xx reply to EHLO can say whether STARTTLS is offered.",
      "if": {
        "properties": {"starttls": {"properties": {"offered": {"enum": ["yes", "no"]}}}},
        "required": ["starttls"]
      },
      "then": {
        "properties": {
          "ehlo": {"properties": {"verb": {"const": "EHLO"}}, "required": ["extensions"]}
        },
        "required": ["ehlo"]
      }
    }
  ],
  "$defs": {
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
        "latin1": {"$ref": "#/$defs/latin1"}
      }
    },
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}
  }
}
)json";

// One word a line, indented below the line that ends in `before`.
template <typename ToWord>
std::string words(std::size_t count, std::string_view before, ToWord to_word) {
  const std::size_t line = before.rfind('\n') + 1;
  const std::string margin(before.find_first_not_of(' ', line) - line, ' ');
  std::string list;
  for (std::size_t i = 0; i < count; ++i) {
    list += i == 0 ? "\n  " : ",\n  ";
    list += margin;
    list += '"';
    list += to_word(i);
    list += '"';
  }
  return list + "\n" + margin;
}

// The words of an enum from its value `First` on.
template <auto First>
std::string_view word_of(std::size_t index) {
  return to_string(static_cast<decltype(First)>(static_cast<std::size_t>(First) + index));
}

std::string list_called(std::string_view name, std::string_view before) {
  using tls::VerifyError;
  constexpr auto kFirstError = VerifyError::certificate_expired;
  constexpr auto kErrors = static_cast<std::size_t>(VerifyError::validation_failure);
  if (name == "outcomes") return words(kOutcomeCount, before, word_of<Outcome{}>);
  if (name == "phases") return words(kPhaseCount, before, word_of<Phase{}>);
  if (name == "causes") return words(kCauseCount, before, word_of<Cause{}>);
  if (name == "tls_versions") {
    return words(kTlsVersions.size(), before, [](std::size_t i) { return kTlsVersions[i]; });
  }
  if (name == "verify_errors") return words(kErrors, before, word_of<kFirstError>);
  INVARIANT(name == "anomalies");
  return words(kAnomalyCount, before, word_of<Anomaly{}>);
}

}  // namespace

std::string schema_json() {
  std::string schema;
  std::string_view rest = kTemplate;
  while (true) {
    const std::size_t open = rest.find('@');
    schema += rest.substr(0, open);
    if (open == rest.npos) return schema;
    const std::size_t close = rest.find('@', open + 1);
    schema += list_called(rest.substr(open + 1, close - open - 1), schema);
    rest.remove_prefix(close + 1);
  }
}

}  // namespace mxsweep::results
