// SPDX-License-Identifier: MIT
#include "results/schema_text.h"

namespace mxsweep::results {

constexpr std::string_view kRecordSchema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:mxsweep:record:1",
  "title": "mxsweep record, schema 1",
  "description": "One line for one target. Absent: not reached or not known. Nothing is null.",
  "type": "object",
  "additionalProperties": false,
  "required": ["v", "target", "outcome", "phase", "cause"],
  "properties": {
    "v": {"description": "The number of this schema.", "const": 1},
    "target": {"description": "The target as it was written in the list.", "type": "string"},
    "latin1": {
      "$comment": "The names: target, domain, mx.host, dns.unicode and name.",
      "description": "Not all names are UTF-8: each octet of theirs is a character.",
      "const": true
    },
    "line": {
      "description": "The target's line in the list, counted from 1.",
      "type": "integer",
      "minimum": 1
    },
    "meta": {"description": "Handed through from the list, octet for octet."},
    "domain": {
      "description": "The mail domain whose server this is, in A-labels.",
      "type": "string",
      "minLength": 1
    },
    "mx": {
      "description": "The MX record that led here; absent when the domain has none (implicit MX).",
      "type": "object",
      "additionalProperties": false,
      "required": ["host", "preference"],
      "properties": {
        "host": {"type": "string", "minLength": 1},
        "preference": {"type": "integer", "minimum": 0, "maximum": 65535}
      }
    },
    "dns": {
      "description": "What else there is to say of how DNS led here.",
      "$ref": "#/$defs/dns"
    },
    "ip": {
      "description": "The address that was connected to, or would have been.",
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
    "shared": {
      "description": "The server was visited for another line: all that is said of it is of then.",
      "const": true
    },
    "outcome": {
      "$comment": "ok, degraded: up. refused: it declined us. failed: no SMTP.",
      "description": "What it came to.",
      "$ref": "#/$defs/outcome"
    },
    "phase": {
      "description": "Where it ended.",
      "enum": [@phases@]
    },
    "cause": {"description": "Why it ended there.", "$ref": "#/$defs/cause"},
    "input": {
      "description": "What is wrong with a line that is a JSON object.",
      "type": "object",
      "additionalProperties": false,
      "minProperties": 1,
      "properties": {
        "key": {
          "description": "Of its keys; absent when it is all of them. Cut after 256 octets.",
          "type": "string",
          "minLength": 1
        },
        "why": {"description": "In words, where the cause says less.", "type": "string"}
      }
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
      "description": "TLS was begun. No cipher: the handshake was not finished.",
      "type": "object",
      "additionalProperties": false,
      "dependentRequired": {
        "version": ["client_cert_requested"],
        "cipher": ["version"],
        "group": ["cipher"],
        "signature": ["cipher"],
        "extended_master_secret": ["cipher", "secure_renegotiation"],
        "secure_renegotiation": ["cipher", "extended_master_secret"],
        "verified": ["chain"],
        "verify_error": ["verified"],
        "name_match": ["verified"],
        "cn_match": ["name_match"],
        "domain_match": ["verified"],
        "days_left": ["verified", "days_left_of"],
        "days_left_of": ["days_left"],
        "chain": ["verified"],
        "chain_cut": ["chain"]
      },
      "properties": {
        "version": {"description": "What was negotiated.", "enum": [@tls_versions@]},
        "cipher": {
          "description": "The suite by its name at IANA.",
          "type": "string",
          "pattern": "^[0-9A-Za-z_]+$"
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
          "description": "Whether subjectAltName has the name (RFC 9525); absent without a name.",
          "type": "boolean"
        },
        "cn_match": {
          "description": "No DNS name is in subjectAltName, but the common name is the name.",
          "const": true
        },
        "domain_match": {
          "description": "The same for the mail domain; it does not decide what is verified.",
          "type": "boolean"
        },
        "days_left": {
          "description": "Until the chain expires, its authority included; negative once it has.",
          "type": "integer"
        },
        "days_left_of": {
          "description": "The certificate that expires then, of the chain or the trust store.",
          "$ref": "#/$defs/sha256"
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
        },
        "chain_cut": {
          "description": "The server sent more certificates than are looked at.",
          "const": true
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
          "else": {
            "if": {"required": ["cipher"]},
            "then": {"required": ["extended_master_secret"]}
          }
        },
        {
          "$comment": "Of a handshake that was not finished the version comes with certificates.",
          "if": {"required": ["version"], "properties": {"cipher": false}},
          "then": {"required": ["chain"]}
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
    "shared": ["attempt"],
    "tls": ["attempt"],
    "ehlo_tls": ["starttls", "tls"],
    "input": ["line"],
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
      "then": {"properties": {"phase": {"const": "input"}, "attempt": false}, "required": ["line"]},
      "else": {"properties": {"input": false}}
    },
    {
      "$comment": "DNS led here from a name.",
      "if": {"required": ["dns"]},
      "then": {"anyOf": [{"required": ["domain"]}, {"required": ["name"]}]}
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
)json";

}  // namespace mxsweep::results
