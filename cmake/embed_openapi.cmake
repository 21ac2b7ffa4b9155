# Writes the document that describes the API as a C++ source: cmake -DFILE=… -DOUTPUT=… -P this
file(READ ${FILE} text)
file(WRITE ${OUTPUT} "#include \"admin/openapi.h\"

namespace gapura::admin {

std::string_view openapi_text() noexcept {
  return R\"openapi(${text})openapi\";
}

}  // namespace gapura::admin
")
