# SPDX-License-Identifier: GPL-2.0-only
# What is installed, and the Debian packages that `cpack` makes of it: scxc, the compiler, scxsim, the simulator, and scxrun, which production needs alone.
include(GNUInstallDirs)
set(texts ${CMAKE_BINARY_DIR}/generated/texts)
foreach(program scxc scxrun scxsim)
  add_custom_command(OUTPUT ${texts}/${program}.1 ${texts}/${program}.bash ${texts}/_${program} ${texts}/${program}.fish
    COMMAND python3 ${CMAKE_SOURCE_DIR}/packaging/texts.py $<TARGET_FILE:${program}> ${texts} ${CMAKE_SOURCE_DIR}/packaging/${program}.extra.1
    DEPENDS ${program} ${CMAKE_SOURCE_DIR}/packaging/texts.py ${CMAKE_SOURCE_DIR}/packaging/${program}.extra.1
    COMMENT "Writing the manual page and completions of ${program}" VERBATIM)
  add_custom_target(${program}-texts ALL DEPENDS ${texts}/${program}.1)
  install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${program})
  install(FILES ${texts}/${program}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT ${program})
  install(FILES ${texts}/${program}.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME ${program} COMPONENT ${program})
  install(FILES ${texts}/_${program} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT ${program})
  install(FILES ${texts}/${program}.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT ${program})
  install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${program} RENAME copyright COMPONENT ${program})
endforeach()
install(FILES ${CMAKE_SOURCE_DIR}/runtime/user/libscx.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT scxrun)
install(FILES ${CMAKE_SOURCE_DIR}/examples/user-policy/predict.cpp DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/scxrun/user-policy COMPONENT scxrun)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/examples DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/scxc COMPONENT scxc FILES_MATCHING PATTERN "*.scx")
install(DIRECTORY ${CMAKE_SOURCE_DIR}/examples/workloads DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/scxsim COMPONENT scxsim FILES_MATCHING PATTERN "*.json")
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/scxc COMPONENT scxc PATTERN operations EXCLUDE)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/operations DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/scxrun COMPONENT scxrun)
install(FILES "${CMAKE_SOURCE_DIR}/packaging/scxrun@.service" DESTINATION lib/systemd/system COMPONENT scxrun)
install(FILES ${CMAKE_SOURCE_DIR}/packaging/scxrun.conf DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/scxrun COMPONENT scxrun)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/packaging/container ${CMAKE_SOURCE_DIR}/packaging/kubernetes DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/scxrun COMPONENT scxrun)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_CONTACT "Maintainers of scx <root@localhost>")
set(CPACK_COMPONENTS_ALL scxc scxrun scxsim)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_SCXC_PACKAGE_NAME scxc)
set(CPACK_DEBIAN_SCXC_PACKAGE_SECTION devel)
set(CPACK_COMPONENT_SCXC_DESCRIPTION "Compiler of a CPU scheduling policy language
 Queues, match rules and a dispatch order become one BPF object for sched_ext.")
set(CPACK_DEBIAN_SCXC_PACKAGE_SUGGESTS "scxrun, scxsim")
set(CPACK_DEBIAN_SCXRUN_PACKAGE_NAME scxrun)
set(CPACK_DEBIAN_SCXRUN_PACKAGE_SECTION admin)
set(CPACK_COMPONENT_SCXRUN_DESCRIPTION "Runs compiled CPU scheduling policies
 Makes an object of scxc the system's scheduler, shows what it does, and gives
 the machine back to the kernel's own when it ends. Needs Linux 6.12 or newer.")
set(CPACK_DEBIAN_SCXSIM_PACKAGE_NAME scxsim)
set(CPACK_DEBIAN_SCXSIM_PACKAGE_SECTION devel)
set(CPACK_COMPONENT_SCXSIM_DESCRIPTION "Simulates CPU scheduling policies without a kernel
 Runs a sched_ext object on a simulated machine in virtual time, and shows in
 figures and timelines what it does.")
include(CPack)
