/* CPU levels, and the machine's limits as its kernel files tell them. */
#include "base/cpu.h"
#include "base/system.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void detection_is_consistent(void **state) {
    (void)state;
    uint32_t flags = og_cpu_detect();
    assert_int_equal(flags, og_cpu_detect());
    if (flags & (CPU_AVX512 | CPU_AVXVNNI)) assert_true(flags & CPU_AVX2);
    if (flags & (CPU_AVX512VNNI | CPU_AVX512BF16)) assert_true(flags & CPU_AVX512);
    if (flags & (CPU_DOTPROD | CPU_I8MM | CPU_FP16)) assert_true(flags & CPU_NEON);
    assert_false((flags & CPU_AVX2) && (flags & CPU_NEON));
#if defined(__aarch64__)
    assert_true(flags & CPU_NEON);
#endif
#if defined(__x86_64__)
    assert_int_equal((flags & CPU_AVX2) != 0,
                     __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"));
    if (flags & CPU_AVX512VNNI) assert_true(__builtin_cpu_supports("avx512vnni"));
#endif
}

static void levels_cut_down(void **state) {
    (void)state;
    unsetenv("OFFGRID_CPU");
    uint32_t all = og_cpu_detect(), flags = 12345;
    og_error err;
    assert_int_equal(og_cpu_select(NULL, &flags, &err), OG_OK);
    assert_int_equal(flags, all);
    assert_int_equal(og_cpu_select("", &flags, &err), OG_OK);
    assert_int_equal(flags, all);
    assert_int_equal(og_cpu_select("scalar", &flags, &err), OG_OK);
    assert_int_equal(flags, CPU_SCALAR);

    static const char *const names[] = {"scalar", "avx2", "avx512", "avx512vnni", "neon", "dotprod", "i8mm"};
    for (size_t i = 0; i < OG_LEN(names); i++) {
        og_status status = og_cpu_select(names[i], &flags, &err);
        if (status == OG_OK) {
            assert_int_equal(flags & ~all, 0);
            assert_string_equal(og_cpu_level_name(flags), names[i]);
        } else {
            assert_int_equal(status, OG_ERR_UNSUPPORTED);
            assert_non_null(strstr(err.text, names[i]));
            assert_non_null(strstr(err.text, "it has: scalar"));
        }
    }
    const char *foreign = all & CPU_NEON ? "avx2" : "neon";
    assert_int_equal(og_cpu_select(foreign, &flags, &err), OG_ERR_UNSUPPORTED);
}

static void unknown_levels_are_refused(void **state) {
    (void)state;
    unsetenv("OFFGRID_CPU");
    uint32_t flags = 777;
    og_error err;
    assert_int_equal(og_cpu_select("sse9", &flags, &err), OG_ERR_ARG);
    assert_int_equal(flags, 777);
    assert_non_null(strstr(err.text, "sse9"));
    assert_non_null(strstr(err.text, "scalar"));
    assert_int_equal(og_cpu_select("avx51", &flags, &err), OG_ERR_ARG); /* no guessing from a part of a name */
}

static void environment_is_asked_last(void **state) {
    (void)state;
    uint32_t flags;
    og_error err;
    setenv("OFFGRID_CPU", "scalar", 1);
    assert_int_equal(og_cpu_select(NULL, &flags, &err), OG_OK);
    assert_int_equal(flags, CPU_SCALAR);
    setenv("OFFGRID_CPU", "nonsense", 1);
    assert_int_equal(og_cpu_select("scalar", &flags, &err), OG_OK);
    assert_int_equal(og_cpu_select("", &flags, &err), OG_ERR_ARG);
    assert_non_null(strstr(err.text, "OFFGRID_CPU=nonsense"));
    setenv("OFFGRID_CPU", "", 1);
    assert_int_equal(og_cpu_select(NULL, &flags, &err), OG_OK);
    assert_int_equal(flags, og_cpu_detect());
    unsetenv("OFFGRID_CPU");
}

static void names_of_flags(void **state) {
    (void)state;
    char text[256];
    og_cpu_features(CPU_AVX2 | CPU_AVX512, text, sizeof(text));
    assert_string_equal(text, "avx2 avx512");
    og_cpu_features(CPU_SCALAR, text, sizeof(text));
    assert_string_equal(text, "");
    og_cpu_features(CPU_NEON | CPU_FP16 | CPU_DOTPROD | CPU_I8MM, text, sizeof(text));
    assert_string_equal(text, "neon fp16 dotprod i8mm");
    memset(text, 'x', sizeof(text));
    og_cpu_features(~0u, text, 8);
    assert_true(strlen(text) < 8);
    assert_int_equal(text[8], 'x');
    og_cpu_features(~0u, text, 0);
    assert_string_equal(og_cpu_level_name(CPU_NEON | CPU_I8MM), "neon"); /* i8mm needs dotprod */
    assert_string_equal(og_cpu_level_name(CPU_SCALAR), "scalar");
}

/* ---- a machine made of files ---- */

typedef struct fake {
    char root[64];
} fake;

static int fake_open(void **state) {
    static fake f;
    const char *tmp = getenv("TMPDIR");
    snprintf(f.root, sizeof(f.root), "%.40s/offgrid-XXXXXX", tmp ? tmp : "/tmp");
    *state = &f;
    return mkdtemp(f.root) ? 0 : -1;
}

static int fake_close(void **state) {
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", ((fake *)*state)->root);
    return system(command);
}

static void put(const fake *f, const char *path, const char *text) {
    char full[256];
    snprintf(full, sizeof(full), "%s%s", f->root, path);
    for (char *p = full + strlen(f->root) + 1; *p; p++) {
        if (*p != '/') continue;
        *p = '\0';
        mkdir(full, 0777);
        *p = '/';
    }
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

#define MEMINFO "MemTotal:        8000000 kB\nMemFree:          100000 kB\nMemAvailable:    6000000 kB\n"

static void without_groups_the_machine_counts(void **state) {
    fake *f = *state;
    og_system_info info;
    og_system_read(f->root, &info);
    assert_true(info.mem_total == 0 && info.mem_available == 0 && info.cpus == 0);
    put(f, "/proc/meminfo", MEMINFO);
    og_system_read(f->root, &info);
    assert_true(info.mem_total == 8000000ull * 1024);
    assert_true(info.mem_available == 6000000ull * 1024);
    assert_int_equal(info.cpus, 0);
}

static void version_2_takes_the_lowest_of_the_groups_above(void **state) {
    fake *f = *state;
    og_system_info info;
    put(f, "/proc/meminfo", MEMINFO);
    put(f, "/proc/self/cgroup", "0::/user.slice/app\n");
    put(f, "/sys/fs/cgroup/user.slice/memory.max", "4000000000\n");
    put(f, "/sys/fs/cgroup/user.slice/memory.current", "3000000000\n");
    put(f, "/sys/fs/cgroup/user.slice/memory.stat", "anon 5\nfile 9\nactive_file 400000000\ninactive_file 500000000\n");
    put(f, "/sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n");
    put(f, "/sys/fs/cgroup/user.slice/app/memory.max", "max\n");
    put(f, "/sys/fs/cgroup/user.slice/app/cpu.max", "max 100000\n");
    og_system_read(f->root, &info);
    assert_true(info.mem_total == 4000000000ull);
    assert_true(info.mem_available == 1700000000ull);
    assert_int_equal(info.cpus, 2);

    put(f, "/sys/fs/cgroup/user.slice/app/memory.max", "1000\n");
    put(f, "/sys/fs/cgroup/user.slice/app/memory.current", "2000\n"); /* past its limit already */
    put(f, "/sys/fs/cgroup/user.slice/app/cpu.max", "100000 100000\n");
    og_system_read(f->root, &info);
    assert_true(info.mem_total == 1000 && info.mem_available == 0);
    assert_int_equal(info.cpus, 1);
}

/* In a container the named group may be the host's; the mount is then its own. */
static void a_hosts_path_falls_back_to_the_mount(void **state) {
    fake *f = *state;
    og_system_info info;
    put(f, "/proc/meminfo", MEMINFO);
    put(f, "/proc/self/cgroup", "0::/system.slice/docker-0123.scope\n");
    put(f, "/sys/fs/cgroup/memory.max", "123456789\n");
    put(f, "/sys/fs/cgroup/memory.current", "23456789\n");
    og_system_read(f->root, &info);
    assert_true(info.mem_total == 123456789 && info.mem_available == 100000000);
}

static void version_1_has_other_names(void **state) {
    fake *f = *state;
    og_system_info info;
    put(f, "/proc/meminfo", MEMINFO);
    put(f, "/proc/self/cgroup", "7:memory:/box\n4:cpu,cpuacct:/box\n1:name=systemd:/\n");
    put(f, "/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    put(f, "/sys/fs/cgroup/memory/box/memory.limit_in_bytes", "2000000000\n");
    put(f, "/sys/fs/cgroup/memory/box/memory.usage_in_bytes", "1500000000\n");
    put(f, "/sys/fs/cgroup/memory/box/memory.stat", "inactive_file 1\ntotal_inactive_file 500000000\n");
    put(f, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
    put(f, "/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    put(f, "/sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "50000\n");
    put(f, "/sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
    og_system_read(f->root, &info);
    assert_true(info.mem_total == 2000000000ull && info.mem_available == 1000000000ull);
    assert_int_equal(info.cpus, 1);
}

static void nonsense_in_the_files_is_no_limit(void **state) {
    fake *f = *state;
    og_system_info info;
    put(f, "/proc/meminfo", MEMINFO);
    put(f, "/proc/self/cgroup", "\n::\n0\n0:\n0::\nx:memory\n3:memory,:/\n");
    put(f, "/sys/fs/cgroup/memory.max", "lots\n");
    put(f, "/sys/fs/cgroup/cpu.max", "0 0\n");
    og_system_read(f->root, &info);
    assert_true(info.mem_total == 8000000ull * 1024);
    assert_int_equal(info.cpus, 0);
}

static void this_machine_has_something(void **state) {
    (void)state;
    assert_true(og_mem_total() > 16 << 20);
    assert_true(og_mem_available() > 0 && og_mem_available() <= og_mem_total());
    assert_true(og_cpu_count() >= 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(detection_is_consistent),
        cmocka_unit_test(levels_cut_down),
        cmocka_unit_test(unknown_levels_are_refused),
        cmocka_unit_test(environment_is_asked_last),
        cmocka_unit_test(names_of_flags),
        cmocka_unit_test_setup_teardown(without_groups_the_machine_counts, fake_open, fake_close),
        cmocka_unit_test_setup_teardown(version_2_takes_the_lowest_of_the_groups_above, fake_open, fake_close),
        cmocka_unit_test_setup_teardown(a_hosts_path_falls_back_to_the_mount, fake_open, fake_close),
        cmocka_unit_test_setup_teardown(version_1_has_other_names, fake_open, fake_close),
        cmocka_unit_test_setup_teardown(nonsense_in_the_files_is_no_limit, fake_open, fake_close),
        cmocka_unit_test(this_machine_has_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
