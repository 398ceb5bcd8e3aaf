"""The numbers of system calls on x86-64 and on aarch64, and what is allowed. Imports nothing."""

_ON_X86_64 = """
    read=0 write=1 open=2 close=3 stat=4 fstat=5 lstat=6 poll=7 lseek=8 mmap=9 mprotect=10
    munmap=11 brk=12 rt_sigaction=13 rt_sigprocmask=14 rt_sigreturn=15 ioctl=16 pread64=17
    pwrite64=18 readv=19 writev=20 access=21 pipe=22 select=23 sched_yield=24 mremap=25 msync=26
    mincore=27 madvise=28 dup=32 dup2=33 pause=34 nanosleep=35 getitimer=36 alarm=37
    setitimer=38 getpid=39 sendfile=40 sendto=44 recvfrom=45 sendmsg=46 recvmsg=47 shutdown=48
    getsockname=51 getpeername=52 socketpair=53 setsockopt=54 getsockopt=55 clone=56 exit=60
    wait4=61 kill=62 uname=63 fcntl=72 fsync=74 fdatasync=75 truncate=76 ftruncate=77
    getdents=78 getcwd=79 chdir=80 fchdir=81 rename=82 mkdir=83 rmdir=84 creat=85 link=86
    unlink=87 symlink=88 readlink=89 chmod=90 fchmod=91 umask=95 gettimeofday=96 getrlimit=97
    getrusage=98 sysinfo=99 times=100 ptrace=101 getuid=102 syslog=103 getgid=104 geteuid=107
    getegid=108 getppid=110 getpgrp=111 getgroups=115 getresuid=118 getresgid=120 getpgid=121
    getsid=124 capget=125 capset=126 rt_sigpending=127 rt_sigtimedwait=128 rt_sigsuspend=130
    sigaltstack=131 utime=132 statfs=137 fstatfs=138 getpriority=140 sched_getparam=143
    sched_getscheduler=145 sched_get_priority_max=146 sched_get_priority_min=147
    sched_rr_get_interval=148 vhangup=153 modify_ldt=154 pivot_root=155 prctl=157 arch_prctl=158
    adjtimex=159 setrlimit=160 chroot=161 acct=163 settimeofday=164 mount=165 umount2=166
    swapon=167 swapoff=168 reboot=169 sethostname=170 setdomainname=171 iopl=172 ioperm=173
    init_module=175 delete_module=176 quotactl=179 gettid=186 readahead=187 getxattr=191
    lgetxattr=192 fgetxattr=193 listxattr=194 llistxattr=195 flistxattr=196 time=201 futex=202
    sched_getaffinity=204 lookup_dcookie=212 epoll_create=213 remap_file_pages=216
    getdents64=217 set_tid_address=218 restart_syscall=219 fadvise64=221 timer_create=222
    timer_settime=223 timer_gettime=224 timer_getoverrun=225 timer_delete=226 clock_settime=227
    clock_gettime=228 clock_getres=229 clock_nanosleep=230 exit_group=231 epoll_wait=232
    epoll_ctl=233 tgkill=234 utimes=235 kexec_load=246 waitid=247 add_key=248 request_key=249
    keyctl=250 migrate_pages=256 openat=257 mkdirat=258 futimesat=261 newfstatat=262
    unlinkat=263 renameat=264 linkat=265 symlinkat=266 readlinkat=267 fchmodat=268 faccessat=269
    pselect6=270 ppoll=271 unshare=272 set_robust_list=273 get_robust_list=274 splice=275
    tee=276 move_pages=279 utimensat=280 epoll_pwait=281 signalfd=282 timerfd_create=283
    eventfd=284 fallocate=285 timerfd_settime=286 timerfd_gettime=287 signalfd4=289 eventfd2=290
    epoll_create1=291 dup3=292 pipe2=293 preadv=295 pwritev=296 perf_event_open=298
    fanotify_init=300 prlimit64=302 name_to_handle_at=303 open_by_handle_at=304
    clock_adjtime=305 setns=308 getcpu=309 process_vm_readv=310 process_vm_writev=311 kcmp=312
    finit_module=313 renameat2=316 seccomp=317 getrandom=318 kexec_file_load=320 bpf=321
    userfaultfd=323 membarrier=324 copy_file_range=326 preadv2=327 pwritev2=328 statx=332
    rseq=334
"""
_ON_AARCH64 = """
    getxattr=8 lgetxattr=9 fgetxattr=10 listxattr=11 llistxattr=12 flistxattr=13 getcwd=17
    lookup_dcookie=18 eventfd2=19 epoll_create1=20 epoll_ctl=21 epoll_pwait=22 dup=23 dup3=24
    fcntl=25 ioctl=29 mkdirat=34 unlinkat=35 symlinkat=36 linkat=37 renameat=38 umount2=39
    mount=40 pivot_root=41 statfs=43 fstatfs=44 truncate=45 ftruncate=46 fallocate=47
    faccessat=48 chdir=49 fchdir=50 chroot=51 fchmod=52 fchmodat=53 openat=56 close=57
    vhangup=58 pipe2=59 quotactl=60 getdents64=61 lseek=62 read=63 write=64 readv=65 writev=66
    pread64=67 pwrite64=68 preadv=69 pwritev=70 sendfile=71 pselect6=72 ppoll=73 signalfd4=74
    splice=76 tee=77 readlinkat=78 newfstatat=79 fstat=80 fsync=82 fdatasync=83
    timerfd_create=85 timerfd_settime=86 timerfd_gettime=87 utimensat=88 acct=89 capget=90
    capset=91 exit=93 exit_group=94 waitid=95 set_tid_address=96 unshare=97 futex=98
    set_robust_list=99 get_robust_list=100 nanosleep=101 getitimer=102 setitimer=103
    kexec_load=104 init_module=105 delete_module=106 timer_create=107 timer_gettime=108
    timer_getoverrun=109 timer_settime=110 timer_delete=111 clock_settime=112 clock_gettime=113
    clock_getres=114 clock_nanosleep=115 syslog=116 ptrace=117 sched_getscheduler=120
    sched_getparam=121 sched_getaffinity=123 sched_yield=124 sched_get_priority_max=125
    sched_get_priority_min=126 sched_rr_get_interval=127 restart_syscall=128 kill=129 tgkill=131
    sigaltstack=132 rt_sigsuspend=133 rt_sigaction=134 rt_sigprocmask=135 rt_sigpending=136
    rt_sigtimedwait=137 rt_sigreturn=139 getpriority=141 reboot=142 getresuid=148 getresgid=150
    times=153 getpgid=155 getsid=156 getgroups=158 uname=160 sethostname=161 setdomainname=162
    getrlimit=163 setrlimit=164 getrusage=165 umask=166 prctl=167 getcpu=168 gettimeofday=169
    settimeofday=170 adjtimex=171 getpid=172 getppid=173 getuid=174 geteuid=175 getgid=176
    getegid=177 gettid=178 sysinfo=179 socketpair=199 getsockname=204 getpeername=205 sendto=206
    recvfrom=207 setsockopt=208 getsockopt=209 shutdown=210 sendmsg=211 recvmsg=212
    readahead=213 brk=214 munmap=215 mremap=216 add_key=217 request_key=218 keyctl=219 clone=220
    mmap=222 fadvise64=223 swapon=224 swapoff=225 mprotect=226 msync=227 mincore=232 madvise=233
    remap_file_pages=234 migrate_pages=238 move_pages=239 perf_event_open=241 wait4=260
    prlimit64=261 fanotify_init=262 name_to_handle_at=264 open_by_handle_at=265
    clock_adjtime=266 setns=268 process_vm_readv=270 process_vm_writev=271 kcmp=272
    finit_module=273 renameat2=276 seccomp=277 getrandom=278 bpf=280 userfaultfd=282
    membarrier=283 copy_file_range=285 preadv2=286 pwritev2=287 statx=291 rseq=293
    kexec_file_load=294
"""
_EVERYWHERE = """
    pidfd_send_signal=424 io_uring_setup=425 io_uring_enter=426 io_uring_register=427
    open_tree=428 move_mount=429 fsopen=430 fsconfig=431 fsmount=432 fspick=433 pidfd_open=434
    clone3=435 close_range=436 pidfd_getfd=438 faccessat2=439 process_madvise=440
    epoll_pwait2=441 mount_setattr=442 quotactl_fd=443 landlock_create_ruleset=444
    landlock_add_rule=445 landlock_restrict_self=446 memfd_secret=447 process_mrelease=448
    futex_waitv=449
"""
NUMBERS = {
    machine: {name: int(number) for name, number in (pair.split("=") for pair in pairs.split())}
    for machine, pairs in (
        ("x86_64", _ON_X86_64 + _EVERYWHERE),
        ("aarch64", _ON_AARCH64 + _EVERYWHERE),
    )
}

# What Python, its libraries and the zygote itself ask for; with conditions: see seccomp.py. Not
# among them: splice, tee and sendfile, by which one byte in a socket holds a page that no limit
# counts (the copies of shutil do without), and setsockopt, which makes large buffers.
_ALLOWED = """
    read write open close stat fstat lstat poll lseek mmap mprotect munmap brk rt_sigaction
    rt_sigprocmask rt_sigreturn pread64 pwrite64 readv writev access pipe select sched_yield
    mremap msync mincore madvise dup dup2 pause nanosleep getitimer alarm setitimer getpid
    sendto recvfrom sendmsg recvmsg shutdown getsockname getpeername getsockopt exit wait4 kill
    uname fcntl fsync fdatasync truncate ftruncate getdents getcwd chdir fchdir rename mkdir
    rmdir creat link unlink symlink readlink chmod fchmod umask gettimeofday getrlimit getrusage
    sysinfo times getuid getgid geteuid getegid getppid getpgrp getgroups getresuid getresgid
    getpgid getsid capget capset rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack utime
    statfs fstatfs getpriority sched_getparam sched_getscheduler sched_get_priority_max
    sched_get_priority_min sched_rr_get_interval prctl arch_prctl setrlimit mount umount2 gettid
    readahead getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr time futex
    sched_getaffinity epoll_create getdents64 set_tid_address restart_syscall fadvise64
    clock_gettime clock_getres clock_nanosleep exit_group epoll_wait epoll_ctl tgkill utimes
    waitid openat mkdirat futimesat newfstatat unlinkat renameat linkat symlinkat readlinkat
    fchmodat faccessat pselect6 ppoll set_robust_list get_robust_list utimensat epoll_pwait
    signalfd timerfd_create eventfd fallocate timerfd_settime timerfd_gettime signalfd4 eventfd2
    epoll_create1 dup3 pipe2 preadv pwritev getcpu renameat2 seccomp getrandom membarrier
    copy_file_range preadv2 pwritev2 statx rseq pidfd_send_signal pidfd_open close_range
    faccessat2 epoll_pwait2 landlock_create_ruleset landlock_add_rule landlock_restrict_self
    futex_waitv
"""
ALLOWED = _ALLOWED.split()

# What no program has an honest use for: other processes, keys, BPF, io_uring, the machine.
_FATAL = """
    ptrace syslog vhangup modify_ldt pivot_root adjtimex chroot acct settimeofday swapon swapoff
    reboot sethostname setdomainname iopl ioperm init_module delete_module quotactl
    lookup_dcookie remap_file_pages clock_settime kexec_load add_key request_key keyctl
    migrate_pages move_pages perf_event_open fanotify_init name_to_handle_at open_by_handle_at
    clock_adjtime process_vm_readv process_vm_writev kcmp finit_module kexec_file_load bpf
    userfaultfd io_uring_setup io_uring_enter io_uring_register open_tree move_mount fsopen
    fsconfig fsmount fspick pidfd_getfd process_madvise mount_setattr quotactl_fd memfd_secret
    process_mrelease
"""
FATAL = _FATAL.split()
