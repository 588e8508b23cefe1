// SPDX-License-Identifier: MIT
// Public keys in base64, as DKIM records have them.
#pragma once

#include <string_view>

namespace mxsweep::public_keys {

// RFC 8463, A.2 (Ed25519, then RSA), and RFC 6376, C.2 (RSA).
inline constexpr std::string_view kRfc8463Ed25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
inline constexpr std::string_view kRfc8463Rsa =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi"
    "Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZy"
    "VYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";
inline constexpr std::string_view kRfc6376Rsa =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFC"
    "jxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9"
    "tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";

// Made for these tests: RSA of 768 bits, with the kind (SubjectPublicKeyInfo).
inline constexpr std::string_view kRsa768 =
    "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhALqgcM7cRDFVs23bpCtenEnEK+ayphq0LQakGsX5ot1+YgBwRASEtPbp"
    "KD9r9Qv1lMDzyi7mQw/Bh7y/IrasxT61FsVJWW6hOCVVvipllJ4MWHbZif08qppNFwVVTCokgwIDAQAB";

// Made for these tests: RSA of 1023 bits, with the kind (SubjectPublicKeyInfo).
inline constexpr std::string_view kRsa1023 =
    "MIGeMA0GCSqGSIb3DQEBAQUAA4GMADCBiAKBgHAY7qNN8CfM4W3u2ztSYOZzTPCIeo9cLKzUP8NUK/yl/BiokPHe"
    "hLNMH10WzirjyTJ25I1Eyp01k2kp2ezKdkXe0kbuiCOMGivCt42QTrPXJyC0MIscp3DBveEw2k26RrYTtqJrjkZm"
    "8St2aks/NFbB87CPxhfp3yND/5yJLtntAgMBAAE=";

// Made for these tests: RSA of 2048 bits, with the kind (SubjectPublicKeyInfo).
inline constexpr std::string_view kRsa2048 =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAlIe0x+Mm9gdZ3kNIxI36jrDVB58VsRw2qbeqtJWoYfuI"
    "5cW3LAVAVWfo2v5gTZG+7XT0vC0Wn5LaRWhQE4pF8a34GqbqiMVPX96QGt1EDuG70q2GFsthSFh738+fTM+pz4Xf"
    "O2oF+NnxzVL6dbey4vPJv6BtKl9WoCxgzdbLa4vfFHmOXQuHqCw5J4ajCSpQqssdbiRvbcxyPPsfCfEiszlvMaGh"
    "/tovbw85O7h2FKa8wFPXFzU/l6jovPSxmoQruVNVDt7gPip/K2Z2HDJLEL386TM0nisozgHc7yEa9/wh+9tZoMMq"
    "tV+zJtNXHgnppyhxf1L8Qb8haw4u2Ok5iwIDAQAB";

// Made for these tests: RSA of 8192 bits, with the kind (SubjectPublicKeyInfo).
inline constexpr std::string_view kRsa8192 =
    "MIIEIjANBgkqhkiG9w0BAQEFAAOCBA8AMIIECgKCBAEA5D3zz259ZWvK8ylbHPp7luT7nbEXFPpfPw0joGP2kuAP"
    "J9xnwS2Ty/pqpJ6MqoXyowLaT3wWANGE8YVdaqu+5cx3DIv4yY+sKmMzjQfhNiABCpUI9OIJeCm4tGHFT6xte3ql"
    "HlBHfoTKCGaNSvpZ7DGo30wRevKjX4VZDeysCRiSMifjbrSfpAwSogM5rsqQUQpfAYNGKMsWIazB7ZkEAjxU42Ey"
    "0gFDdo4h0U1ruwdnnz2Hp3tuP8f3GEdCuT21zX3cyrPlZR2oMLwEiBM8stXpwg4ap6MNcQ7ujlXmrgqADNOM5I3r"
    "fO7QV4NrzUAKPTLHJxrOZ6mQMFP0ETSUNmBvlX6BnwVA/oAkrf26wLkPhHrVF18kwEv4pO+0FD+AUcpBbwUX/mpI"
    "V32J+rqfom1rBrVI99nOWxYnWM43UAfpL4TMhJq65qJrEGbiKj7/HtX6e/RPQObrideQrHMTql66oSxbn8aK0Doa"
    "HP5yIX2yvr2J524+mKABcBg/BItNgbJvvzglpslww8+pf/y1hB4F/THme86rFwuRsSWpKGltppNU1BDyv3EqkPnW"
    "GV0gR0Z28beROA3KGgozhuZ1uLwg79/cIwxJai452mL8+Ln6iMjGCzojQkq110++OGCr8q8rbOIsSPUGNHjXHgAN"
    "BrB/iSyuLmnpM8r3pGY/V4k2S3fDtD4+EHcuJc3RzC0rhwsP7TzsmExajC/HyJYBVIek5EPpmeT7/D2FFFvG8v2b"
    "zy6cSLiilBFSo64MUsiWobqvO7Q+C1+NvSwvX3An0dEyjtx98pddUw8EFLPYPkWHPcYTEKD1wrXK/gD5l5vS+Duv"
    "ooiAV9ip2wPsviGi29rkqtaf5AWk0NyF+Ff/cvPJkmqgg9GiyGoHiMocnbKg0M0zLYAq+F426Jt1fsfP2Jo9peZu"
    "v67XLZewDkjoiHb/0QbM3YnalJCRmEM4QD6dQy+BGFPDRdEs29nDUsqoTW8zeuSvOTHcC5/I+/qgPzfo7XeD5Nm6"
    "63Mj9yp42CCYJJfAEpG+nPdfSRYo5+wSLOZAbZGMmXy6WAMwz8oR2NR8LVU9KJlljXmnyqcZdfqRzFH8t6oIECTK"
    "ZIcONJUJnHEaSPO/XqLKjibIHR6R0P2WIVc4WkKMTuOfX8Qk/gmiiisIN6ZC1WkqO+lJX+C9IOmnsWIFcVB9T/wL"
    "e3AlFMm0erImJEJ9O65ACH23emKT8o6xP+rPTmqiTbEya0GpJZWuCmW5AmBszQVQ81Djl4hj168TlWp/6NlD5lik"
    "ciQaOqaDPBhqqzIdDe6Jko6x651SKLOOuEGHT8FAdOMdygDV8RlGxCyskNMOEjjCmV79dTh/xKaJzvvKPaulEnYc"
    "qwIDAQAB";

// The one of 2048 bits without its kind (RSAPublicKey).
inline constexpr std::string_view kRsa2048Bare =
    "MIIBCgKCAQEAlIe0x+Mm9gdZ3kNIxI36jrDVB58VsRw2qbeqtJWoYfuI5cW3LAVAVWfo2v5gTZG+7XT0vC0Wn5La"
    "RWhQE4pF8a34GqbqiMVPX96QGt1EDuG70q2GFsthSFh738+fTM+pz4XfO2oF+NnxzVL6dbey4vPJv6BtKl9WoCxg"
    "zdbLa4vfFHmOXQuHqCw5J4ajCSpQqssdbiRvbcxyPPsfCfEiszlvMaGh/tovbw85O7h2FKa8wFPXFzU/l6jovPSx"
    "moQruVNVDt7gPip/K2Z2HDJLEL386TM0nisozgHc7yEa9/wh+9tZoMMqtV+zJtNXHgnppyhxf1L8Qb8haw4u2Ok5"
    "iwIDAQAB";

// On the curve P-256, with which DKIM does not sign.
inline constexpr std::string_view kP256 =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGn/mybREmKxPjgWlOC6iVTxCPgcQisAMFpZHabzRo9vTGfAWVJVZ"
    "zzckc5cM8GAurE2s37pFkpWOReEU2qF3iQ==";

// Ed25519 with the kind, where DKIM has the 32 octets alone.
inline constexpr std::string_view kEd25519Info =
    "MCowBQYDK2VwAyEA50x3fU1UWpjCbNrIQBpUeAIoS1Vq9Lij2Mj4vb9MJhg=";

}  // namespace mxsweep::public_keys
