# cmake --install: beside the program (installed by CMakeLists.txt) the unit, its user, and examples.
# Nothing is written below /etc: that is the administrator's, see docs/cutover.md.
set(GAPURA_DEPLOY ${CMAKE_CURRENT_LIST_DIR})

install(FILES ${GAPURA_DEPLOY}/gapura.sysusers DESTINATION lib/sysusers.d RENAME gapura.conf)
install(FILES ${GAPURA_DEPLOY}/gapura.logrotate
  DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples RENAME logrotate)
install(DIRECTORY ${GAPURA_DEPLOY}/example/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(PROGRAMS ${GAPURA_DEPLOY}/providers/libvirt.sh
  DESTINATION ${CMAKE_INSTALL_DATADIR}/gapura/providers)
install(FILES ${PROJECT_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
# The README links to it.
install(FILES ${PROJECT_SOURCE_DIR}/bench/load/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/bench/load)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR}
  FILES_MATCHING PATTERN "*.md")

# The unit names the program by its path, which is known only now: --prefix may differ from what
# was configured.
install(CODE "
  set(bin \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
  set(doc \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DOCDIR}\")
  configure_file(\"${GAPURA_DEPLOY}/gapura.service\"
    \"${CMAKE_BINARY_DIR}/deploy/gapura.service\" @ONLY)
  file(INSTALL DESTINATION \"\${CMAKE_INSTALL_PREFIX}/lib/systemd/system\"
    TYPE FILE FILES \"${CMAKE_BINARY_DIR}/deploy/gapura.service\")
")
