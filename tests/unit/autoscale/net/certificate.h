/// A certificate made at test time, signed by itself. Owner's thread.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string>

namespace gapura::autoscale {

/// Writes `folder`/key.pem and `folder`/certificate.pem. `names` as OpenSSL writes alternative
/// names: "DNS:localhost,IP:127.0.0.1".
inline void write_certificate(const std::filesystem::path& folder, const std::string& names) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  X509_set_pubkey(made.get(), key.get());
  X509_NAME* const subject = X509_get_subject_name(made.get());
  const auto* const common = reinterpret_cast<const unsigned char*>("a test");
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common, -1, -1, 0);
  X509_set_issuer_name(made.get(), subject);
  X509V3_CTX settings;
  X509V3_set_ctx(&settings, made.get(), made.get(), nullptr, nullptr, 0);
  X509_EXTENSION* const extension =
      X509V3_EXT_conf_nid(nullptr, &settings, NID_subject_alt_name, names.c_str());
  X509_add_ext(made.get(), extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(made.get(), key.get(), EVP_sha256());
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> key_file(
      std::fopen((folder / "key.pem").c_str(), "w"), std::fclose);
  PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(
      std::fopen((folder / "certificate.pem").c_str(), "w"), std::fclose);
  PEM_write_X509(file.get(), made.get());
}

}  // namespace gapura::autoscale
