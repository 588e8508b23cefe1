# SPDX-License-Identifier: MIT
"""The Dovecot of a mail place, in the words of 2.3 and of 2.4 or later: accounts from a file, with
a quota and a global sieve script."""

import os

from real_servers import USERS, dovecot_settings, start_dovecot

AUTH_PORT, LMTP_PORT = 12345, 24
SIEVE = """require ["fileinto"];
if header :is "X-Place" "junk" { fileinto "Junk"; }
"""

OLD = """disable_plaintext_auth = yes
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  args = {accounts}
}}
userdb {{
  driver = passwd-file
  args = {accounts}
}}
mail_location = maildir:~/Maildir
mail_plugins = quota
protocol lmtp {{
  mail_plugins = quota sieve
}}
protocol imap {{
  mail_plugins = quota imap_quota
}}
plugin {{
  quota = count:User quota
  quota_vsizes = yes
  sieve_before = {sieve}
}}
"""
OLD_TOKENS = """introspection_mode = get
introspection_url = {tokens}
username_attribute = email
active_attribute = active
active_value = true
"""

MODERN = """auth_allow_cleartext = no
oauth2 {{
  introspection_mode = get
  introspection_url = {tokens}
  username_attribute = email
  active_attribute = active
  active_value = true
}}
passdb oauth2 {{
  mechanisms_filter = xoauth2 oauthbearer
}}
passdb passwd-file {{
  passwd_file_path = {accounts}
}}
userdb passwd-file {{
  passwd_file_path = {accounts}
}}
mail_driver = maildir
mail_path = ~/Maildir
mail_plugins = quota
protocol lmtp {{
  mail_plugins = quota sieve
}}
protocol imap {{
  mail_plugins = quota imap_quota
}}
quota "User quota" {{
}}
quota_storage_grace = 0
sieve_script place {{
  type = before
  path = {sieve}
}}
"""

SHARED = """hostname = {host}
auth_mechanisms = plain login scram-sha-256 xoauth2 oauthbearer
auth_verbose = yes
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
recipient_delimiter = +
postmaster_address = postmaster@example.test
first_valid_uid = 1000
namespace inbox {{
  inbox = yes
  mailbox Junk {{
    special_use = \\Junk
    auto = subscribe
  }}
}}
"""

DELIVERY = """protocols = lmtp
service auth {{
  inet_listener place {{
    {listen} = {address}
    port = {auth_port}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    {listen} = {address}
    port = {lmtp_port}
  }}
}}
"""

MAILBOXES = """protocols = imap pop3
service imap-login {{
  chroot =
}}
service pop3-login {{
  chroot =
}}
"""


class Dovecots:
    """Two that share accounts and mail, so that mailboxes can be down while mail is delivered.
    `accounts`: a passwd-file. `tokens`: the URL at which a token is introspected."""

    def __init__(self, machine, folder, host, address, certificate, accounts, tokens):
        self.machine, self.folder, self.address = machine, folder, address
        self.certificate = certificate
        (folder / "sieve").mkdir()
        os.chown(folder / "sieve", USERS["vmail"], USERS["vmail"])  # The script is compiled there.
        self.names = {"folder": folder, "accounts": accounts, "tokens": tokens,
                      "sieve": folder / "sieve/place.sieve", "address": address, "host": host,
                      "auth_port": AUTH_PORT, "lmtp_port": LMTP_PORT}
        self.names["sieve"].write_text(SIEVE, encoding="ascii")
        (folder / "oauth2.conf").write_text(OLD_TOKENS.format(tokens=tokens), encoding="ascii")

    def delivery(self):
        """Takes mail by LMTP, and tells Postfix whether a login is right."""
        return self.start("delivery", DELIVERY, (LMTP_PORT, AUTH_PORT))

    def mailboxes(self, lacking=()):
        """IMAP and POP3. `lacking`: capabilities that IMAP does not announce."""
        return self.start("mailboxes", MAILBOXES, (143, 993, 110, 995), lacking)

    def start(self, name, services, ports, lacking=()):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        own, modern = dovecot_settings(self.machine, folder, self.address, self.certificate)
        own += ((MODERN if modern else OLD) + SHARED + services).format(
            listen="listen" if modern else "address", **self.names)
        return start_dovecot(self.machine, folder, own + lacking_settings(lacking, modern),
                             [(self.address, port) for port in ports])


CAPABILITIES = ("IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE LITERAL+ UIDPLUS MOVE IDLE NAMESPACE "
                "CHILDREN LIST-EXTENDED SPECIAL-USE UNSELECT QUOTA ESEARCH SEARCHRES")


def lacking_settings(lacking, modern):
    if not lacking:
        return ""
    if modern:
        rows = "".join(f"  {name} = no\n" for name in lacking)
        return f"imap_capability {{\n{rows}}}\n"
    left = [name for name in CAPABILITIES.split() if name not in lacking]
    return f"imap_capability = {' '.join(left)}\n"
